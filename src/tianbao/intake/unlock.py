"""Workbooks with a password for opening, by the passwords that the caller gave."""

import io
from collections.abc import Sequence
from typing import Any

from tianbao.intake.limits import MIB
from tianbao.intake.members import CannotOpen

_EVERYBODYS = "VelvetSweatshop"
"""Excel opens what is locked with this word without asking: it locks so when only the structure is protected."""


_MOST_XLS = 32 * MIB
"""The library makes a list of all bytes of an .xls."""


def unlocked(data: bytes, passwords: Sequence[str]) -> tuple[bytes, bool]:
    """The bytes inside, and whether a password of the caller opened them. Raises CannotOpen."""
    try:
        import msoffcrypto  # noqa: PLC0415  an extra
        from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError  # noqa: PLC0415
    except ImportError:
        raise CannotOpen("FILE-EXTRA", "old") from None
    try:
        if _has_entities(data):
            raise CannotOpen("FILE-DOCTYPE")
        for password in (_EVERYBODYS, *passwords):
            try:
                file = msoffcrypto.OfficeFile(io.BytesIO(data))
                return _opened(file, password, len(data)), password is not _EVERYBODYS
            except InvalidKeyError:
                continue
    except (CannotOpen, MemoryError):
        raise
    except (DecryptionError, FileFormatError):
        # a way of locking that the library does not know: a certificate, Excel 5
        raise CannotOpen("FILE-ENCRYPTED") from None
    except Exception:  # noqa: BLE001  the library raises whatever damaged bytes lead it to
        raise CannotOpen("FILE-DAMAGED", "EncryptedPackage") from None
    raise CannotOpen("FILE-ENCRYPTED")


def _opened(file: Any, password: str, size: int) -> bytes:
    into = io.BytesIO()
    if file.format == "xls97" and size > _MOST_XLS:
        raise CannotOpen("FILE-TOO-LARGE", f"{_MOST_XLS // MIB} MiB")
    if file.format == "ooxml":
        file.load_key(password=password, verify_password=True)
    else:
        file.load_key(password=password)
    file.decrypt(into)
    return into.getvalue()


def _has_entities(data: bytes) -> bool:
    """The library reads the description of the encryption with a parser that knows entities."""
    import olefile  # noqa: PLC0415  it comes with msoffcrypto

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        if not file.exists("EncryptionInfo"):
            return False
        with file.openstream("EncryptionInfo") as stream:
            said = stream.read(2**20)
    agile = said[:4] == b"\4\0\4\0"
    return agile and (b"<!" in said or b"\0" in said[8:])
