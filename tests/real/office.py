"""A private LibreOffice for tests: recalculates, types into, audits and converts workbooks."""

import json
import os
import select
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import IO, Literal, NoReturn, Self, TypedDict, cast

Value = str | float | None
"""What a cell holds: text, number (TRUE is 1.0), None if empty, an error as its text: `#DIV/0!`."""
Changes = Mapping[str, str | int | float | None]
"""Place (`Sheet!A1`) to what is typed there: None empties the cell, text stays text (`"01"`, `"=1"`)."""
Format = Literal["xlsx", "ods", "xls", "pdf", "html", "docx", "odt", "txt"]


class CellAudit(TypedDict):
    """How one cell is locked: as its style says, and as an attempt to write it showed."""

    locked: bool
    refused: bool


class SheetAudit(TypedDict):
    """How one sheet is locked; `cells` by name (`B7`) over the used area."""

    name: str
    protected: bool
    visible: bool
    unchanged: bool
    outside_locked: bool
    cells: dict[str, CellAudit]


class OfficeError(Exception):
    """LibreOffice could not do what was asked, or died."""


class RefusedError(OfficeError):
    """A locked cell was not let be written; the message names it."""


SERVER = Path(__file__).with_name("office_server.py")
# LibreOffice's bindings belong to the system's Python, never to a virtual environment's.
PYTHONS = ("/usr/bin/python3", "/usr/lib/libreoffice/program/python", "/opt/libreoffice/program/python")


@cache
def python_with_uno() -> str | None:
    """The first Python here that can import uno."""
    for python in PYTHONS:
        if Path(python).exists():
            tried = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False, env=_environment())
            if tried.returncode == 0:
                return python
    return None


def _environment() -> dict[str, str]:
    # The virtual environment's paths would lead the system's Python astray.
    return {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV", "COV_"))}


class Office:
    """One LibreOffice, started at the first request and again after it died. Paths are never written to."""

    def __init__(self, seconds: float = 120.0) -> None:
        """`seconds` bounds every request; an office that takes longer is killed."""
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._errors: IO[bytes] | None = None
        self.group = 0
        """The process group of the running LibreOffice."""
        self._rest = b""
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._pictures = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def recalculate(self, path: Path, cells: Sequence[str]) -> dict[str, Value]:
        """The cells after a hard recalculation of everything."""
        return cast("dict[str, Value]", self._ask("recalculate", path=str(path), cells=list(cells)))

    def displayed(self, path: Path, cells: Sequence[str]) -> dict[str, str]:
        """The cells as a reader sees them, in their number formats, after a hard recalculation."""
        return cast("dict[str, str]", self._ask("recalculate", path=str(path), cells=list(cells), shown=True))

    def set_and_recalculate(
        self, path: Path, changes: Changes, read: Sequence[str], *, force: bool = False
    ) -> dict[str, Value]:
        """Types the changes, recalculates and reads; `batch` does many in one go.

        Raises:
            RefusedError: a cell is locked. With `force` the lock is passed by, and text that begins with = is
                a formula.
        """
        return self.batch(path, [changes], read, force=force)[0]

    def batch(
        self, path: Path, variations: Sequence[Changes], read: Sequence[str], *, force: bool = False
    ) -> list[dict[str, Value]]:
        """Each variation applied to the workbook as the file has it: the one before is taken back first."""
        tried = [dict(changes) for changes in variations]
        answer = self._ask("batch", path=str(path), variations=tried, read=list(read), force=force)
        return cast("list[dict[str, Value]]", answer)

    def typed(self, path: Path, changes: Changes, out: Path) -> Path:
        """Types the changes, recalculates and saves as another file, like a clerk. Raises RefusedError."""
        suffix = out.suffix.lstrip(".")
        self._ask("type", path=str(path), changes=dict(changes), out=str(out), suffix=suffix)
        return out

    def audit(self, path: Path) -> list[SheetAudit]:
        """Every cell of every used area: locked or not, and whether writing its own content was refused."""
        return cast("list[SheetAudit]", self._ask("audit", path=str(path)))

    def resave(
        self,
        path: Path,
        out: Path,
        format: Format | None = None,  # noqa: A002
        *,
        recalculate: bool = False,
    ) -> Path:
        """Saves as another file, like a person's 'save as'; without a format the suffix of `out` says it.

        LibreOffice keeps the stored results of formulas unless `recalculate` is given.
        """
        suffix = format or out.suffix.lstrip(".")
        self._ask("store", path=str(path), out=str(out), suffix=suffix, calculate=recalculate)
        return out

    def convert_many(self, paths: Sequence[Path], out_dir: Path, format: Format) -> list[Path]:  # noqa: A002
        """The same for many files, each under its own name with the new suffix."""
        out_dir.mkdir(parents=True, exist_ok=True)
        return [self.resave(path, out_dir / f"{path.stem}.{format}", format) for path in paths]

    def pictures(self, path: Path, out_dir: Path | None = None, dpi: int = 80) -> list[Path]:
        """The printed pages as PNG files; without a folder they live as long as the office."""
        if out_dir is None:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="tianbao-pictures-")
            self._pictures += 1
            out_dir = Path(self._folder.name, str(self._pictures))
        out_dir.mkdir(parents=True, exist_ok=True)
        pdf = self.resave(path, out_dir / f"{path.stem}.pdf", "pdf", recalculate=True)
        subprocess.run(["pdftoppm", "-png", "-r", str(dpi), str(pdf), str(pdf.with_suffix(""))], check=True)
        return sorted(out_dir.glob(f"{path.stem}-*.png"))

    def start(self) -> None:
        """Starts LibreOffice if it is not running."""
        if self._process is not None:
            return
        python = python_with_uno()
        if python is None:
            raise OfficeError("no Python with uno here: tools/system-packages.sh")
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        self._rest = b""
        self._process = subprocess.Popen(
            [python, str(SERVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for the tests; the office ends when its stdin does
        )
        self.group = int(cast("dict[str, int]", self._read())["group"])

    def close(self) -> None:
        """Ends LibreOffice whatever it is doing and removes its folder."""
        self._stop()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None and process.stdout is not None and self._errors is not None
        with suppress(BrokenPipeError):
            process.stdin.close()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            # It hangs in a call: without its LibreOffice the call ends, and so does the server, tidily.
            _kill_group(self.group)
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                _kill_group(process.pid)
                process.wait()
        _kill_group(self.group)
        process.stdout.close()
        self._errors.close()

    def _ask(self, operation: str, **arguments: object) -> object:
        self.start()
        assert self._process is not None and self._process.stdin is not None
        line = json.dumps({"do": operation, **arguments}, ensure_ascii=False, allow_nan=False)
        try:
            self._process.stdin.write(line.encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            self._fail("LibreOffice ended by itself")
        return self._read()

    def _read(self) -> object:
        answer = json.loads(self._line())
        if "ok" in answer:
            return answer["ok"]
        if answer["kind"] == "refused":
            raise RefusedError(answer["error"])
        if answer["kind"] == "died":
            self._fail(answer["error"])
        raise OfficeError(f"{answer['kind']}: {answer['error']}")

    def _line(self) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        source = self._process.stdout.fileno()
        until = time.monotonic() + self._seconds
        while b"\n" not in self._rest:
            ready, _, _ = select.select([source], [], [], max(0.0, until - time.monotonic()))
            if not ready:
                self._fail(f"LibreOffice did not answer within {self._seconds:g} s")
            block = os.read(source, 1 << 16)
            if not block:
                self._fail("LibreOffice did not start or ended by itself")
            self._rest += block
        line, self._rest = self._rest.split(b"\n", 1)
        return line

    def _fail(self, message: str) -> NoReturn:
        """Stops what is left, so that the next request gets a fresh office, and raises."""
        said = ""
        if self._errors is not None:
            self._errors.seek(0)
            said = self._errors.read().decode(errors="replace").strip()
        self._stop()
        raise OfficeError(f"{message}\n{said}".strip())


def _kill_group(group: int) -> None:
    if group:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
