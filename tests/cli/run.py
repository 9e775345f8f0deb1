"""Runs the command line as a user would, in a process of its own or inside this one."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Ran:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """stdout as JSON."""
        return json.loads(self.out)


def tianbao(
    *arguments: str | Path, cwd: Path | None = None, env: dict[str, str] | None = None, seconds: float = 120
) -> Ran:
    """Runs tianbao; nothing of it may ever be a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "tianbao", *map(str, arguments)],
        capture_output=True,
        cwd=cwd,
        env=env,
        check=False,
        timeout=seconds,
    )
    ran = Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
    assert "Traceback" not in ran.out + ran.err, ran.err
    return ran
