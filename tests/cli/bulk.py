"""Runs of tianbao check that tests look into while they run: children, signals, folders that must stay empty."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.verbs import good


@dataclass(frozen=True)
class Place:
    """A home and a folder for temporary files that nobody else uses."""

    home: Path
    temporary: Path

    @property
    def env(self) -> dict[str, str]:
        """The environment of a run in this place."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
        return {**kept, "HOME": str(self.home), "TMPDIR": str(self.temporary)}

    def check_clean(self) -> None:
        """Nothing was left in TMPDIR, and HOME was touched under the XDG folders at most."""
        assert list(self.temporary.iterdir()) == []
        assert {path.name for path in self.home.iterdir()} <= {".cache", ".config", ".local"}


def place(folder: Path) -> Place:
    """A new place."""
    made = Place(folder / "home", folder / "temporary")
    made.home.mkdir()
    made.temporary.mkdir()
    return made


def pile(folder: Path, count: int, *, whole: bool = False) -> Path:
    """So many files: most are told quickly, every tenth (`whole`: each) is a submission of its own agency."""
    folder.mkdir()
    for number in range(count):
        if whole or number % 10 == 0:
            good.write(folder, f"{number:05}.json", good.data(agency={"name": f"第{number}局", "code": None}))
        else:
            (folder / f"{number:05}.json").write_text(f"[{number}]", "utf-8")
    return folder


def children(pid: int) -> list[int]:
    """The children of a process."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return sorted(found)


def alive(pid: int) -> bool:
    """Whether the process is there and not only waits to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@contextlib.contextmanager
def running(*arguments: str | Path, env: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """tianbao as the leader of a process group of its own, as a shell starts it."""
    command = [sys.executable, "-m", "tianbao", *map(str, arguments)]
    process = subprocess.Popen(
        command, bufsize=0, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, start_new_session=True
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe:
                pipe.close()


def lines(process: subprocess.Popen[bytes], count: int) -> list[bytes]:
    """The next lines of its output. While nobody reads more it cannot end: a pipe holds less than a pile says."""
    assert process.stdout is not None
    return [process.stdout.readline() for _ in range(count)]


def gone(pids: list[int], seconds: float = 20) -> bool:
    """Whether the processes end by themselves."""
    deadline = time.monotonic() + seconds
    while any(alive(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(alive(pid) for pid in pids)
