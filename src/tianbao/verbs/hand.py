"""A child as its parent holds it: started, given a task, heard, ended."""

import contextlib
import queue
import subprocess
import sys
import threading
import time
from typing import Any

from tianbao.verbs.child import receive, send

_START = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    "import sys; sys.path[:] = sys.argv[1:]\n"
    "from tianbao.verbs.child import main; main()\n"
)

GONE = ("gone",)
"""The last thing that is heard of a child."""


class Hand:
    """A child process. What it says arrives in `heard` as (hand, message), the last of it GONE.

    A program of its own and no `multiprocessing`: it can be started from any thread, also from a daemon or out of a
    script without a main guard, and inherits nothing but its pipes.
    """

    def __init__(self, work: object, heard: "queue.SimpleQueue[tuple[Hand, Any]]") -> None:
        self._process = subprocess.Popen(
            [sys.executable, *(("-X", "utf8") if sys.flags.utf8_mode else ()), "-c", _START, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=-1,
        )
        self.last_word = time.monotonic()
        self.ready = False
        self._heard = heard
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self.tell(work)

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    def tell(self, message: object) -> None:
        """Sends; one that is gone is heard of as GONE, not here."""
        self.last_word = time.monotonic()
        try:
            assert self._process.stdin is not None
            send(self._process.stdin, message)
        except OSError:
            return

    def left(self) -> int:
        """The exit code of a child that was heard of as GONE."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(1)
        return self.end()

    def end(self) -> int:
        """Ends the process, whatever it is doing, and waits until it is gone. Its exit code."""
        self._process.kill()
        code = self._process.wait()
        self._reader.join(1)
        for pipe in (self._process.stdin, self._process.stdout):
            try:
                if pipe:
                    pipe.close()
            except OSError:
                continue
        return code

    def _listen(self) -> None:
        assert self._process.stdout is not None
        try:
            while True:
                message = receive(self._process.stdout)
                self.last_word = time.monotonic()
                self._heard.put((self, message))
        except (EOFError, OSError, ValueError):
            self._heard.put((self, GONE))
        except Exception:  # noqa: BLE001  garbage on the pipe: the child is no longer to be trusted
            self._process.kill()
            self._heard.put((self, GONE))
