"""python -m tianbao."""

from tianbao.cli.main import run

run()
