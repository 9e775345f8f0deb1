"""Folders: what is waiting to be read, what is only named, and in which order."""

import os
import pickle
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.intake import made
from tests.intake.opened import everything, line
from tianbao.intake.limits import Limits
from tianbao.intake.opening import is_plain, open_waiting, read_waiting, receive
from tianbao.intake.received import Received
from tianbao.intake.walk import Waiting, walk

BOOK = made.workbook()
unix = pytest.mark.skipif(os.name == "nt", reason="needs links and special files")


def put(path: Path, data: bytes = BOOK) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def lines(folder: Path) -> list[str]:
    return [line(found, folder) for found in everything(folder)]


def test_a_folder_is_walked_by_name_and_depth_first(tmp_path: Path) -> None:
    for name in ("c.xlsx", "a/z.xlsx", "a/b/y.xlsx", "b.json"):
        put(tmp_path / name, b"{}" if name.endswith("json") else BOOK)
    assert lines(tmp_path) == ["a/b/y.xlsx: workbook", "a/z.xlsx: workbook", "b.json: json", "c.xlsx: workbook"]


def test_what_is_passed_over_by_name_or_kind(tmp_path: Path) -> None:
    for name in ("~$a.xlsx", ".~lock.a.xlsx#", "Thumbs.db", ".DS_Store", ".hidden.xlsx", ".git/config"):
        put(tmp_path / name)
    put(tmp_path / "scan.png", b"\x89PNG\r\n\x1a\n")
    put(tmp_path / "scan.pdf", b"%PDF-1.4")
    put(tmp_path / "readme.txt", b"hello")
    put(tmp_path / "empty.txt", b"")
    assert lines(tmp_path) == [
        ".DS_Store: (hidden)",
        ".git: (hidden)",
        ".hidden.xlsx: (hidden)",
        ".~lock.a.xlsx#: (lock)",
        "Thumbs.db: (hidden)",
        "empty.txt: (other)",
        "readme.txt: (other)",
        "scan.pdf: (pdf)",
        "scan.png: (picture)",
        "~$a.xlsx: (lock)",
    ]


def test_what_is_an_entry_though_it_cannot_be_read(tmp_path: Path) -> None:
    for name in ("a.xls", "b.doc", "c.json", "d.xlsx"):
        put(tmp_path / name, b"\x89PNG\r\n\x1a\n" if name == "a.xls" else b"")
    put(tmp_path / "e.zip", b"")
    put(tmp_path / "f.docx", b"hello")
    assert lines(tmp_path) == [
        "a.xls: picture",
        "b.doc: empty",
        "c.json: empty",
        "d.xlsx: empty",
        "e.zip: FILE-EMPTY zip",
        "f.docx: FILE-WORD",
    ]


def test_a_file_that_is_named_is_an_entry_whatever_it_is(tmp_path: Path) -> None:
    assert [line(found, tmp_path) for found in receive(put(tmp_path / "a.txt", b"hello"))] == ["a.txt: other"]
    assert [line(found, tmp_path) for found in receive(put(tmp_path / ".b.xlsx"))] == [".b.xlsx: workbook"]
    assert [line(found, tmp_path) for found in receive(put(tmp_path / "c.pdf", b"%PDF-1"))] == ["c.pdf: (pdf)"]


@unix
def test_links_and_special_files_are_named_and_never_opened(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    outside = put(tmp_path / "secret" / "a.xlsx")
    put(folder / "z.xlsx")
    (folder / "link.xlsx").symlink_to(outside)
    (folder / "folder").symlink_to(outside.parent)
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "gone.xlsx").symlink_to(tmp_path / "nothing")
    os.mkfifo(folder / "pipe.xlsx")
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(os.path.relpath(folder / "socket.xlsx"))
    listening.close()
    assert lines(folder) == [
        "folder: (link)",
        "gone.xlsx: (link)",
        "link.xlsx: (link)",
        "loop: (link)",
        "pipe.xlsx: (device)",
        "self: (link)",
        "socket.xlsx: (device)",
        "z.xlsx: workbook",
    ]
    # a link that the caller names is what he wants; one to a folder is not followed
    assert [found.data for found in everything(folder / "link.xlsx") if isinstance(found, Received)] == [BOOK]
    assert lines(folder / "folder") == [f"{folder / 'folder'}: (link)"]
    assert lines(folder / "self") == [f"{folder / 'self'}: (link)"]


@unix
def test_a_file_that_becomes_a_link_or_a_pipe_before_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx")
    (waiting,) = walk([tmp_path])
    assert isinstance(waiting, Waiting)
    path.unlink()
    os.mkfifo(path)
    assert [line(found, tmp_path) for found in open_waiting(waiting)] == ["a.xlsx: (device)"]
    path.unlink()
    path.symlink_to(put(tmp_path / "b.xlsx"))
    (found,) = open_waiting(waiting)
    assert isinstance(found, Received)
    assert found.problem == "FILE-ACCESS"


def test_a_file_that_vanishes_or_grows_before_it_is_read(tmp_path: Path) -> None:
    path = put(tmp_path / "a.xlsx")
    limits = Limits(input_bytes=len(BOOK))
    (waiting,) = walk([tmp_path], limits)
    assert isinstance(waiting, Waiting)
    path.write_bytes(BOOK + b"x")
    (grown,) = open_waiting(waiting, limits)
    assert (grown.source, getattr(grown, "problem", "")) == (str(path), "FILE-TOO-LARGE")
    path.write_bytes(BOOK)
    (whole,) = open_waiting(waiting, limits)
    assert isinstance(whole, Received)
    assert whole.data == BOOK
    path.unlink()
    (gone,) = open_waiting(waiting, limits)
    assert isinstance(gone, Received)
    assert (gone.problem, gone.data, gone.sha256) == ("FILE-ACCESS", None, None)
    assert gone.detail


def test_what_may_not_be_read_does_not_stop_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The refusals are played, because root may read everything."""
    for name in ("a.xlsx", "b/x.xlsx", "c.xlsx"):
        put(tmp_path / name)

    def refusing(ask: Callable[..., Any]) -> Callable[..., Any]:
        def asked(path: object, *rest: Any, **named: Any) -> Any:
            if path in (tmp_path / "a.xlsx", tmp_path / "b"):
                raise PermissionError(13, "Permission denied")
            return ask(path, *rest, **named)

        return asked

    monkeypatch.setattr(os, "open", refusing(os.open))
    monkeypatch.setattr(os, "listdir", refusing(os.listdir))
    refused = "FILE-ACCESS Permission denied"
    assert lines(tmp_path) == [f"a.xlsx: {refused}", f"b: {refused}", "c.xlsx: workbook"]


def test_a_folder_that_vanishes_does_not_stop_the_rest(tmp_path: Path) -> None:
    put(tmp_path / "a.xlsx")
    put(tmp_path / "b" / "x.xlsx")
    put(tmp_path / "c.xlsx")
    found = []
    for each in walk([tmp_path]):
        found.append(each)
        if len(found) == 1:
            (tmp_path / "b" / "x.xlsx").unlink()
            (tmp_path / "b").rmdir()
    assert isinstance(found[1], Received)
    assert line(found[1], tmp_path).startswith("b: FILE-ACCESS")
    assert found[2].source == str(tmp_path / "c.xlsx")


def test_a_file_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as stream:
        stream.truncate(201 * 2**20)
    assert list(walk([tmp_path])) == [Received(str(path), None, None, "FILE-TOO-LARGE", "200 MiB")]


def test_a_path_that_is_not_there(tmp_path: Path) -> None:
    (found,) = walk([tmp_path / "nothing"])
    assert isinstance(found, Received)
    assert found.problem == "FILE-ACCESS"


def test_folders_deeper_than_calls(tmp_path: Path) -> None:
    """Deeper than pytest itself could delete: so it is taken away here."""
    deepest = sys.getrecursionlimit() + 10
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        for _ in range(deepest):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.xlsx").write_bytes(BOOK)
        os.chdir(tmp_path)
        assert [str(found.source)[-8:] for found in walk([Path("d")])] == ["d/a.xlsx"]
    finally:
        os.chdir(tmp_path / "/".join(["d"] * deepest))
        Path("a.xlsx").unlink()
        for _ in range(deepest):
            os.chdir("..")
            Path("d").rmdir()
        os.chdir(here)


def test_waiting_files_are_light_and_travel(tmp_path: Path) -> None:
    put(tmp_path / "a.xlsx")
    (waiting,) = walk([tmp_path])
    assert isinstance(waiting, Waiting)
    assert waiting.size == len(BOOK)
    assert pickle.loads(pickle.dumps(waiting)) == waiting
    assert len(pickle.dumps(waiting)) < 1000
    whole = read_waiting(waiting)
    assert isinstance(whole, Received)
    assert whole.data == BOOK
    assert is_plain(whole.data, whole.kind)
    assert not is_plain(made.zipped(("a.xlsx", BOOK)), "zip")
    assert not is_plain(b" " * 2**24, "json")


@unix
def test_a_maildir_holds_mails_whatever_their_names_and_first_lines(tmp_path: Path) -> None:
    sent = made.mail((made.NAME, BOOK))
    put(tmp_path / "box" / "cur" / "1.M1P1.host:2,S", b"Odd: field\n" + sent)
    put(tmp_path / "box" / "new" / "2.M1P1.host", made.mail())
    put(tmp_path / "box" / "new" / "3.M1P1.host", b"\nhello")
    put(tmp_path / "box" / "tmp" / "4.M1P1.host", sent[:500])
    put(tmp_path / "box" / ".Sent" / "cur" / "5.M1P1.host:2,S", sent)
    for name in ("new", "tmp"):
        (tmp_path / "box" / ".Sent" / name).mkdir()
    put(tmp_path / "box" / "dovecot-uidlist", b"3 V1")
    assert lines(tmp_path / "box") == [
        f".Sent/cur/5.M1P1.host:2,S/{made.NAME}: workbook",
        f"cur/1.M1P1.host:2,S/{made.NAME}: workbook",
        "dovecot-uidlist: (other)",
        "new/2.M1P1.host: (no-attachment)",
        "new/3.M1P1.host: (no-attachment)",
        "tmp/4.M1P1.host: (unfinished)",
    ]


@unix
def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xcd\xe2\xca\xc2.zip"))
    path.write_bytes(made.raw_zip(("年报.xlsx".encode("gbk"), BOOK)))
    assert lines(tmp_path) == ["外事.zip/年报.xlsx: workbook"]


def test_each_part_of_a_path_has_its_own_encoding(tmp_path: Path) -> None:
    folder = tmp_path / "堆"
    folder.mkdir()
    name = os.fsdecode("年报.json".encode("gb18030"))
    (folder / name).write_text("{}", encoding="utf-8")
    (found,) = walk([folder], Limits())
    assert isinstance(found, Waiting)
    assert found.source == f"{folder}/年报.json"
