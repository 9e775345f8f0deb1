"""Workbooks with a password for opening."""

import hashlib
from pathlib import Path

import pytest

from tests.intake import made, oles
from tests.intake.opened import everything, told
from tianbao.intake.limits import Limits
from tianbao.intake.received import Received

BOOK = made.workbook()
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'


def opened(folder: Path, name: str, data: bytes, *passwords: str) -> Received:
    (folder / name).write_bytes(data)
    (found,) = everything(folder / name, passwords=passwords)
    assert isinstance(found, Received)
    assert found.sha256 == hashlib.sha256(data).hexdigest()
    return found


def test_a_locked_workbook_opens_with_a_given_password(tmp_path: Path) -> None:
    data = made.sealed(BOOK, "密码 一")
    found = opened(tmp_path, "a.xlsx", data, "x")
    assert (found.data, found.problem, found.unlocked) == (None, "FILE-ENCRYPTED", False)
    found = opened(tmp_path, "a.xlsx", data, "x", "密码 一")
    assert (found.data, found.kind, found.unlocked) == (BOOK, "workbook", True)


def test_a_locked_xls_opens_with_a_given_password(tmp_path: Path) -> None:
    data = oles.locked_xls("密码")
    assert opened(tmp_path, "a.xls", data, "x").problem == "FILE-ENCRYPTED"
    found = opened(tmp_path, "a.xls", data, "x", "密码")
    assert (found.kind, found.unlocked) == ("old-excel", True)
    assert found.data is not None
    assert oles.BOOK[len(oles.BOF) :] in found.data


def test_what_everybody_can_open_is_opened(tmp_path: Path) -> None:
    """Excel locks with this word when only the structure is protected, and never asks for it."""
    found = opened(tmp_path, "everybody.xlsx", made.sealed(BOOK, "VelvetSweatshop"))
    assert (found.data, found.unlocked) == (BOOK, False)


def test_a_locked_workbook_in_a_mail_in_a_zip(tmp_path: Path) -> None:
    data = made.zipped(("a.eml", made.mail(("b.xlsx", made.sealed(BOOK, "p")))))
    assert told(tmp_path, "a.zip", data) == ["a.zip/a.eml/b.xlsx: FILE-ENCRYPTED"]
    assert told(tmp_path, "a.zip", data, passwords=["p"]) == ["a.zip/a.eml/b.xlsx: workbook"]


def test_what_is_inside_is_looked_at_again(tmp_path: Path) -> None:
    docx = made.zipped(("[Content_Types].xml", TYPES), ("word/a.xlsx", BOOK), stored=True)
    assert opened(tmp_path, "a.docx", made.sealed(docx, "p"), "p").problem == "FILE-WORD"
    archive = made.zipped(("a.xlsx", BOOK))
    assert opened(tmp_path, "a", made.sealed(archive, "p"), "p").problem == "FILE-DAMAGED"
    data = made.sealed(BOOK, "p")
    assert told(tmp_path, "a", data, Limits(expanded_bytes=1000), ["p"])[-1] == "a: FILE-EXPANDED 0 MiB"


def test_the_description_of_the_lock_may_hold_no_entities(tmp_path: Path) -> None:
    bomb = b"\4\0\4\0\x40\0\0\0" + b'<!DOCTYPE a [<!ENTITY b "b">]><encryption>&b;</encryption>'
    wide = b"\4\0\4\0\x40\0\0\0" + bomb[8:].decode().encode("utf-16")
    for said in (bomb, wide):
        data = oles.ole({"EncryptionInfo": said, "EncryptedPackage": b"x" * 5000})
        assert opened(tmp_path, "a.xlsx", data, "p").problem == "FILE-DOCTYPE"


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_a_locked_workbook_that_is_damaged_is_one_line(at: float, tmp_path: Path) -> None:
    data = made.sealed(BOOK, "p")
    found = opened(tmp_path, "a.xlsx", data[: int(len(data) * at)], "p")
    assert found.data is None
    assert found.problem in ("FILE-DAMAGED", "FILE-ENCRYPTED")
    nothing = oles.ole({"EncryptedPackage": b"x" * 5000})
    assert opened(tmp_path, "a.xlsx", nothing, "p").data is None
