"""OLE files made in code: old workbooks, Word files, Outlook mails, locked workbooks."""

import io
import struct
from collections.abc import Mapping
from hashlib import md5
from typing import Any

Tree = Mapping[str, "bytes | Tree"]
_END, _FAT, _NONE = 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF


def ole(tree: Tree) -> bytes:
    """An OLE file with streams and storages. Every stream gets sectors of its own, so none is below 4096 bytes."""
    entries: list[bytes] = []
    sectors: list[bytes] = []
    chains: list[int] = []

    def put(data: bytes) -> int:
        first = len(sectors)
        pieces = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        sectors.extend(pieces)
        chains.extend([*range(first + 1, first + len(pieces)), _END])
        return first

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        text = name.encode("utf-16-le") + b"\0\0"
        said = struct.pack("<HBBIII", len(text), kind, 1, _NONE, right, child)
        return text.ljust(64, b"\0") + said + b"\0" * 36 + struct.pack("<IQ", start, size)

    def add(inside: Tree) -> int:
        """The first of the entries of a storage; each names the next as its right neighbour."""
        after = _NONE
        for name in sorted(inside, reverse=True):
            what = inside[name]
            at = len(entries)
            entries.append(b"")
            if isinstance(what, bytes):
                padded = what.ljust(4096, b"\0")
                entries[at] = entry(name, 2, after, _NONE, put(padded), len(padded))
            else:
                entries[at] = entry(name, 1, after, add(what), 0, 0)
            after = at
        return after

    entries.append(b"")
    entries[0] = entry("Root Entry", 5, _NONE, add(tree), _END, 0)
    directory = put(b"".join(entries))
    tables = -(-(len(chains) + 2) // 127)
    chains += [_FAT] * tables
    table = struct.pack(f"<{len(chains)}I", *chains).ljust(tables * 512, b"\xff")
    places = [len(sectors) + at for at in range(tables)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += struct.pack("<IIIIIIIII", tables, directory, 0, 4096, _END, 0, _END, 0, 0)[: 9 * 4]
    head = head[:76] + struct.pack("<109I", *places, *([_NONE] * (109 - tables)))
    return head + b"".join(sectors) + table


def record(kind: int, data: bytes) -> bytes:
    """A record of BIFF."""
    return struct.pack("<HH", kind, len(data)) + data


BOF = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6))
BOOK = BOF + record(0x85, b"\0" * 8 + b"\1\0A") + record(0x0A, b"")


def locked_xls(password: str) -> bytes:
    """An .xls with a password for opening: RC4, as Excel 97 to 2003 did."""
    from cryptography.hazmat.primitives.ciphers import Cipher
    from msoffcrypto.method.rc4 import ARC4, DocumentRC4, _makekey

    salt, verifier = bytes(range(16)), b"v" * 16
    cipher = Cipher(ARC4(_makekey(password, salt, 0)), mode=None).encryptor()
    said = salt + cipher.update(verifier) + cipher.update(md5(verifier).digest())
    filepass = record(0x2F, struct.pack("<HHH", 1, 1, 1) + said)
    start = len(BOF) + len(filepass)
    plain = b"\0" * start + BOOK[len(BOF) :]
    key: Any = DocumentRC4.decrypt(password, salt, io.BytesIO(plain), blocksize=1024)
    hidden = key.read()[start:]
    # heads of records and the first four bytes of BOUNDSHEET stay as they are
    sheet = BOOK[len(BOF) : len(BOF) + 8] + hidden[8:15]
    stream = BOF + filepass + sheet + record(0x0A, b"")
    return ole({"Workbook": stream + record(0, b"\0" * (4096 - len(stream) - 4))})


def outlook(*attachments: tuple[str, bytes | Tree]) -> dict[str, bytes | Tree]:
    """The storages of an Outlook mail; an attachment may be such a mail."""
    made: dict[str, bytes | Tree] = {"__properties_version1.0": b"\0" * 32, "__substg1.0_0037001F": b"\0\0"}
    for number, (name, what) in enumerate(attachments):
        inside: dict[str, bytes | Tree] = {"__substg1.0_3707001F": name.encode("utf-16-le")}
        inside["__substg1.0_37010102" if isinstance(what, bytes) else "__substg1.0_3701000D"] = what
        made[f"__attach_version1.0_#{number:08X}"] = inside
    return made
