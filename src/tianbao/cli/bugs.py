"""Our own faults: one line for the user, the rest in a log that is ready to send."""

import sys
from pathlib import Path

import click

from tianbao import __version__
from tianbao.catalogue import words
from tianbao.cli.language import current


def report_bug(trace: str = "") -> None:
    """Writes the log and says where it is. Without `trace` the exception that is being handled is logged."""
    import platform
    import traceback
    from datetime import UTC, datetime

    lines = [
        f"tianbao {__version__}, Python {sys.version.split()[0]}, {platform.platform()}",
        f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC",
        " ".join(sys.argv),
        "",
        trace or traceback.format_exc(),
    ]
    log = Path(click.get_app_dir("tianbao")) / "error.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text("\n".join(lines), "utf-8", errors="backslashreplace")
        where = str(log)
    except OSError:
        where = "\n" + "\n".join(lines)
    click.echo(words.message("our-bug", current(), log=where), err=True)
