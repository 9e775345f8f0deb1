"""A person at the keyboard: LibreOffice in a window of its own X server, driven by key presses.

The only way to meet data validation and the dialogs of locked cells as a clerk does: over its programming
interface LibreOffice enforces no validation and shows no dialog.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

PROGRAMS = ("soffice", "Xvfb", "openbox", "xdotool", "import")
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Save/Document"><prop oor:name="WarnAlienFormat" oor:op="fuse">
<value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="ShowTipOfTheDay" oor:op="fuse">
<value>false</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Misc"><prop oor:name="FirstRun" oor:op="fuse">
<value>false</value></prop></item>
<item oor:path="/org.openoffice.Setup/Office"><prop oor:name="LastCompatibilityCheckID" oor:op="fuse">
<value>tests</value></prop></item>
</oor:items>
"""


class KeyboardError(Exception):
    """The screen did not come to the state that was waited for."""


class Keyboard:
    """LibreOffice with one workbook open; what is saved goes into that very file."""

    def __init__(self, path: Path, seconds: float = 60.0) -> None:
        """`seconds` bounds every wait."""
        self._path = path
        self._seconds = seconds
        self._home = Path(tempfile.mkdtemp(prefix="tianbao-keyboard-"))
        self._started: list[subprocess.Popen[bytes]] = []
        self._environment = dict(os.environ)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends everything that was started, without saving."""
        for process in reversed(self._started):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        self._started.clear()
        self._path.with_name(f".~lock.{self._path.name}#").unlink(missing_ok=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def goto(self, cell: str) -> None:
        """Makes a cell the current one: `D5`, or `$Sheet.D5`, typed into the name box."""
        before = self._screen()
        self.press("ctrl+shift+t")
        # Only when the name box shows that it has the focus: a name typed earlier would land in a cell.
        self._wait("the name box", lambda: self._screen() != before)
        self.settle()
        self.press("ctrl+a")
        self.type(cell)
        self.press("Return")
        self.settle()

    def type(self, text: str) -> None:
        """Types the text, with no key after it."""
        self._xdotool("type", "--delay", "15", "--", text)

    def press(self, key: str) -> None:
        """One key by its X name: Return, Escape, ctrl+s."""
        self._xdotool("key", key)

    def enter(self, text: str) -> None:
        """Types into the current cell, presses Return and waits until the screen has come to rest."""
        self.type(text)
        self.press("Return")
        self.settle()

    def active_window(self) -> str:
        """The title of the window that has the focus: the workbook's, or a dialog's; empty while none has."""
        found = subprocess.run(
            ["xdotool", "getactivewindow", "getwindowname"],
            env=self._environment,
            capture_output=True,
            check=False,
        )
        return found.stdout.decode(errors="replace").strip() if found.returncode == 0 else ""

    def in_dialog(self) -> bool:
        """Whether a dialog stands over the workbook."""
        title = self.active_window()
        return bool(title) and self._path.name not in title

    def dialog(self) -> str:
        """Waits for a dialog and gives its title."""
        self._wait("a dialog", self.in_dialog)
        self.settle()
        return self.active_window()

    def dismiss(self, key: str = "Return") -> None:
        """Answers the dialog, and leaves the cell that was being edited as it was."""
        self.press(key)
        self._wait("the dialog to go", lambda: self._path.name in self.active_window())
        self.press("Escape")
        self.settle()

    def save(self) -> None:
        """Ctrl+S, in the format of the file, until it has been written."""
        before = self._stamp()
        self.press("ctrl+s")
        self._wait("the file to be saved", lambda: self._stamp() != before)
        # Written in place in some versions, renamed in others: wait until it stays the same.
        self.settle()
        self._wait("the file to be whole", self._file_rests)

    def screenshot(self, path: Path) -> Path:
        """The whole screen as a picture; the suffix says which kind."""
        subprocess.run(["import", "-window", "root", str(path)], env=self._environment, check=True)
        return path

    def settle(self) -> None:
        """Waits until the screen has been the same, some window in focus, for two looks in a row."""
        last: tuple[str, bytes] | None = None
        until = time.monotonic() + self._seconds
        while time.monotonic() < until:
            now = (self.active_window(), self._screen())
            if now == last and now[0]:
                return
            last = now
            time.sleep(0.12)
        raise KeyboardError(f"the screen did not come to rest within {self._seconds:g} s")

    def _start(self) -> None:
        display = self._start_screen()
        self._environment |= {
            "DISPLAY": f":{display}",
            "HOME": str(self._home),
            "LC_ALL": "C.UTF-8",
            "SAL_USE_VCLPLUGIN": "gen",  # the plain X look, in every build of LibreOffice
        }
        self._spawn(["openbox"])  # without a window manager the keys do not reach a dialog
        user = self._home / "profile" / "user"
        user.mkdir(parents=True)
        (user / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
        options = ["--norestore", "--nologo", "--nofirststartwizard", "--calc"]
        profile = (self._home / "profile").as_uri()
        office = self._spawn(["soffice", f"-env:UserInstallation={profile}", *options, str(self._path)])
        self._wait("the workbook's window", lambda: self._window(office) != "")
        self._xdotool("windowactivate", "--sync", self._window(office))
        self._wait("the workbook to have the focus", lambda: self._path.name in self.active_window())
        self.settle()

    def _start_screen(self) -> int:
        """Starts the X server, which itself finds a display number that nobody uses."""
        readable, writable = os.pipe()
        self._spawn(
            ["Xvfb", "-displayfd", str(writable), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
            pass_fds=(writable,),
        )
        os.close(writable)
        with os.fdopen(readable, "rb") as source:
            number = source.readline()
        if not number.strip().isdigit():
            raise KeyboardError("Xvfb did not start")
        return int(number)

    def _spawn(self, command: list[str], pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=pass_fds,
        )
        self._started.append(process)
        return process

    def _window(self, office: subprocess.Popen[bytes]) -> str:
        if office.poll() is not None:
            raise KeyboardError("LibreOffice ended by itself")
        found = subprocess.run(
            ["xdotool", "search", "--onlyvisible", "--name", self._path.name],
            env=self._environment,
            capture_output=True,
            check=False,
        )
        windows = found.stdout.decode().split()
        return windows[0] if windows else ""

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env=self._environment, check=True, timeout=self._seconds)

    def _screen(self) -> bytes:
        shot = subprocess.run(
            ["import", "-window", "root", "-depth", "8", "rgb:-"],
            env=self._environment,
            capture_output=True,
            check=True,
        )
        return shot.stdout

    def _stamp(self) -> tuple[int, int, int]:
        stat = self._path.stat()
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _file_rests(self) -> bool:
        before = self._stamp()
        time.sleep(0.1)
        return before == self._stamp() and before[2] > 0

    def _wait(self, what: str, met: Callable[[], bool]) -> None:
        until = time.monotonic() + self._seconds
        while not met():
            if time.monotonic() > until:
                raise KeyboardError(f"waited {self._seconds:g} s for {what}; active window: {self.active_window()!r}")
            time.sleep(0.05)
