"""What a run does to the machine: nothing but its outputs. Seen from inside of every process, by its audit events."""

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from tests.cli import bulk
from tests.cli.run import tianbao
from tests.intake import made
from tests.security import books
from tests.verbs import good

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="links, FIFOs and devices of POSIX")

_WATCH = """
import os, sys

def watch(event, arguments):
    if event in ("open", "os.remove", "os.rename", "os.mkdir", "os.chmod", "os.truncate", "subprocess.Popen", "os.exec",
                 "os.system", "os.posix_spawn", "shutil.rmtree") or event.startswith(
                 ("socket.", "urllib.", "http.", "ftplib.", "smtplib.")):
        with open_log() as log:
            log.write(repr((event, [str(argument) for argument in arguments])) + "\\n")

def open_log():
    return os.fdopen(os.open(os.environ["TIANBAO_WATCHED"], os.O_WRONLY | os.O_APPEND | os.O_CREAT), "a")

busy = []
def once(event, arguments):
    if busy:
        return
    busy.append(1)
    try:
        watch(event, arguments)
    finally:
        busy.clear()

sys.addaudithook(once)
"""


def _hostile_folder(inside: Path, outside: Path) -> None:
    inside.mkdir()
    (inside / "0.xlsx").write_bytes(books.sound())
    (inside / "archive.zip").write_bytes(made.zipped(("../../up.json", b"{}"), ("/etc/abs.xlsx", books.sound())))
    (inside / "mail.eml").write_bytes(made.mail(("a.xlsx", books.sound())))
    (inside / "busy.xlsx").write_bytes(books.BUSY["formula copied 9,000 times"][1]())
    (inside / "locked.xlsx").write_bytes(made.sealed(books.sound(), "in-the-mail"))
    (inside / "told.eml").write_bytes(
        made.mail(("b.xlsx", made.sealed(books.sound(), "in-the-mail")), subject="in-the-mail")
    )
    good.write(inside, "z.json", good.data())
    outside.mkdir()
    good.write(outside, "secret.json", good.data())
    (inside / "loop").symlink_to(inside)
    (inside / "link.json").symlink_to(outside / "secret.json")
    (inside / "dangling.xlsx").symlink_to(outside / "gone")
    (inside / "turns").symlink_to(inside / "turns")
    os.mkfifo(inside / "pipe.xlsx")
    with socket.socket(socket.AF_UNIX) as made_socket:
        here = Path.cwd()
        os.chdir(inside)
        try:
            made_socket.bind("socket.json")
        finally:
            os.chdir(here)


def _state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Kind and mode, time of change and bytes of everything below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        data = path.read_bytes() if stat.S_ISREG(status.st_mode) else b""
        found[str(path)] = (status.st_mode, status.st_mtime_ns, data)
    return found


def test_a_run_touches_nothing_but_its_outputs(tmp_path: Path) -> None:
    where, inside, outside = bulk.place(tmp_path), tmp_path / "pile", tmp_path / "outside"
    _hostile_folder(inside, outside)
    watching = tmp_path / "watching"
    watching.mkdir()
    (watching / "sitecustomize.py").write_text(_WATCH, "utf-8")
    log, out = tmp_path / "log", tmp_path / "out"
    path = os.pathsep.join([str(watching), *filter(None, [os.environ.get("PYTHONPATH")])])
    env = {**where.env, "PYTHONPATH": path, "TIANBAO_WATCHED": str(log), "PYTHONDONTWRITEBYTECODE": "1"}
    before = (_state(inside), _state(outside))
    asked = [word for name in ("json", "xlsx", "html") for word in (f"--{name}", out / f"r.{name}")]
    ran = tianbao("check", inside, *asked, "--marked", out / "m", "--reply", out / "r", env=env)
    assert ran.code == 1, ran.err
    assert (_state(inside), _state(outside)) == before
    where.check_clean()
    events = [eval(line) for line in log.read_text("utf-8").splitlines()]
    assert events
    assert not [event for event in events if event[0].startswith(("socket.", "urllib.", "http."))]
    started = [event for event in events if event[0] in ("subprocess.Popen", "os.exec", "os.system", "os.posix_spawn")]
    assert all(event[1][0] == sys.executable for event in started), started
    opened = {event[1][0] for event in events if event[0] == "open"}
    assert str(inside / "0.xlsx") in opened
    for never in ("loop", "link.json", "dangling.xlsx", "turns", "pipe.xlsx", "socket.json"):
        assert str(inside / never) not in opened
    assert not [name for name in opened if name.startswith(str(outside))]
    written = {event[1][0] for event in events if event[0] == "open" and _writes(event[1])}
    allowed = (
        str(out),
        str(where.home / ".cache"),
        str(where.home / ".config"),
        str(where.temporary),
        os.devnull,
        "/dev/tty",
    )
    assert not [name for name in written if not name.startswith(allowed) and not name.isdigit()]


def _writes(arguments: list[str]) -> bool:
    flags = int(arguments[2]) if arguments[2].lstrip("-").isdigit() else 0
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def test_what_is_no_file_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    inside = tmp_path / "pile"
    _hostile_folder(inside, tmp_path / "outside")
    data = tianbao("check", inside, "--json", "-").json
    verdicts = {str(Path(entry["source"]).relative_to(inside)): entry["verdict"] for entry in data["submissions"]}
    passed_over = {str(Path(found["source"]).relative_to(inside)) for found in data["passed_over"]}
    assert passed_over >= {"loop", "link.json", "dangling.xlsx", "turns", "pipe.xlsx", "socket.json"}
    assert verdicts == {
        "0.xlsx": "passed",
        "archive.zip/__/__/up.json": "unreadable",
        "archive.zip/etc/abs.xlsx": "passed",
        "busy.xlsx": "unreadable",
        "locked.xlsx": "unreadable",
        "mail.eml/a.xlsx": "passed",
        "told.eml/b.xlsx": "unreadable",
        "z.json": "passed",
    }
