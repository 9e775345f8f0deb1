"""Archives: every member is read or named, whatever its name; hostile ones cost one clear line."""

import io
import struct
import sys
import tarfile
import zipfile
import zlib
from pathlib import Path

import py7zr
import pytest

from tests.intake import made, oles
from tests.intake.opened import everything, line, told
from tianbao.intake.limits import MIB, Limits
from tianbao.intake.received import Received

BOOK = made.workbook()
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
NAME = made.NAME


def seven(*members: tuple[str, bytes], password: str | None = None, hide: bool = False) -> bytes:
    into = io.BytesIO()
    with py7zr.SevenZipFile(into, "w", password=password, header_encryption=hide) as archive:
        for name, data in members:
            archive.writestr(data, name)
    return into.getvalue()


def test_every_member_is_read_or_named(tmp_path: Path) -> None:
    data = made.zipped(
        (f"年报/{NAME}", BOOK),
        ("年报/", b""),
        ("scan.PNG", PNG),
        ("说明.docx", b"x"),
        ("readme.txt", b"x"),
        ("a.json", b"{}"),
        ("empty.xlsx", b""),
        ("~$a.xlsx", b"x"),
        (".a.xlsx", BOOK),
        ("__MACOSX/._a.xlsx", b"x"),
        ("a/Thumbs.db", b"x"),
        ("picture.xlsx", PNG),
    )
    assert told(tmp_path, "a.zip", data) == [
        f"a.zip/年报/{NAME}: workbook",
        "a.zip/scan.PNG: (picture)",
        "a.zip/说明.docx: FILE-WORD",
        "a.zip/readme.txt: (other)",
        "a.zip/a.json: json",
        "a.zip/empty.xlsx: empty",
        "a.zip/~$a.xlsx: (lock)",
        "a.zip/.a.xlsx: (hidden)",
        "a.zip/__MACOSX/._a.xlsx: (hidden)",
        "a.zip/a/Thumbs.db: (hidden)",
        "a.zip/picture.xlsx: picture",
    ]


@pytest.mark.parametrize(
    ("raw", "flags"),
    [
        (NAME.encode("gbk"), 0),
        (NAME.encode(), 0x800),
        (NAME.encode(), 0),
        ("外事办公室_2023年年报（终稿）.xlsx".encode("gb18030"), 0),
    ],
    ids=["GBK", "UTF-8", "UTF-8 unmarked", "GB18030"],
)
def test_names_of_members(raw: bytes, flags: int, tmp_path: Path) -> None:
    assert told(tmp_path, "a.zip", made.raw_zip((raw, BOOK), flags=flags)) == [f"a.zip/{NAME}: workbook"]


def test_a_gbk_name_that_ends_like_a_folder_is_a_file(tmp_path: Path) -> None:
    assert "誠".encode("gbk")[-1:] == b"\\"
    assert told(tmp_path, "a.zip", made.raw_zip(("忠誠".encode("gbk"), b""))) == ["a.zip/忠誠: (other)"]


HOSTILE_NAMES = {
    b"../../etc/a.xlsx": "__/__/etc/a.xlsx",
    b"/etc/a.xlsx": "etc/a.xlsx",
    b"C:\\a\\b.xlsx": "C_/a/b.xlsx",
    b"./a//b.xlsx": "a/b.xlsx",
    "a\u202exslx.exe".encode(): "a\ufffdxslx.exe",
    b"a\x1b[31m\r\n\x07.xlsx": "a\ufffd[31m\ufffd\ufffd\ufffd.xlsx",
    b"x" * 4096 + b".xlsx": "x" * 119 + "…" + "x" * 35 + ".xlsx",
    b"..": "__",
    b" ": "_",
}


@pytest.mark.parametrize("raw", HOSTILE_NAMES, ids=lambda raw: repr(raw[:20]))
def test_names_that_would_act_are_only_shown(raw: bytes, tmp_path: Path) -> None:
    assert told(tmp_path, "a.zip", made.raw_zip((raw, BOOK))) == [f"a.zip/{HOSTILE_NAMES[raw]}: workbook"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_tars(mode: str, tmp_path: Path) -> None:
    data = made.tarred((f"年报/{NAME}", BOOK), ("x" * 195 + ".json", b"{}"), mode=mode)
    assert told(tmp_path, "a.tar", data) == [f"a.tar/年报/{NAME}: workbook", f"a.tar/{'x' * 119}…{'x' * 35}.json: json"]


def test_links_and_devices_in_a_tar_are_named(tmp_path: Path) -> None:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            info = tarfile.TarInfo(f"{kind.decode()}.xlsx")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert told(tmp_path, "a.tar", into.getvalue()) == [
        "a.tar/2.xlsx: (link)",
        "a.tar/1.xlsx: (link)",
        "a.tar/6.xlsx: (device)",
        "a.tar/3.xlsx: (device)",
    ]


def test_a_link_in_a_zip_is_named(tmp_path: Path) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive:
        info = zipfile.ZipInfo("a.xlsx")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
    assert told(tmp_path, "a.zip", into.getvalue()) == ["a.zip/a.xlsx: (link)"]


def test_one_compressed_file(tmp_path: Path) -> None:
    import gzip

    assert told(tmp_path, "a.xlsx.gz", gzip.compress(BOOK)) == ["a.xlsx.gz/a.xlsx: workbook"]
    assert told(tmp_path, "b.gz", gzip.compress(BOOK)[:-9]) == ["b.gz: FILE-CONTAINER gz"]
    assert told(tmp_path, "b.gz", gzip.compress(BOOK) + b"x") == ["b.gz: FILE-CONTAINER gz"]


def test_archives_in_archives_and_mails(tmp_path: Path) -> None:
    inner = made.zipped((NAME, BOOK))
    data = made.zipped(
        ("内层.zip", inner), ("信.eml", made.mail(("附件.tar.gz", made.tarred((NAME, BOOK), mode="w:gz"))))
    )
    assert told(tmp_path, "a.zip", data) == [
        f"a.zip/内层.zip/{NAME}: workbook",
        f"a.zip/信.eml/附件.tar.gz/{NAME}: workbook",
    ]


def test_an_archive_with_nothing_in_it_is_named(tmp_path: Path) -> None:
    assert told(tmp_path, "a.zip", made.zipped()) == ["a.zip: (nothing-inside)"]
    assert told(tmp_path, "a.zip", made.zipped(("folder/", b""))) == ["a.zip: (nothing-inside)"]


def test_7z(tmp_path: Path) -> None:
    members = ((f"年报/{NAME}", BOOK), ("空.xlsx", b""), ("b.json", b"{}"))
    expected = [f"a.7z/年报/{NAME}: workbook", "a.7z/空.xlsx: empty", "a.7z/b.json: json"]
    assert told(tmp_path, "a.7z", seven(*members)) == expected
    for hide in (False, True):
        data = seven(*members, password="密码", hide=hide)
        assert told(tmp_path, "a.7z", data) == ["a.7z: FILE-ENCRYPTED"]
        assert told(tmp_path, "a.7z", data, passwords=["x", "密码"]) == expected
    assert told(tmp_path, "a.7z", data, passwords=["x"]) == ["a.7z: FILE-ENCRYPTED"]
    assert told(tmp_path, "a.7z", seven(*members)[:-20]) == ["a.7z: FILE-CONTAINER 7z"]
    assert told(tmp_path, "a.7z", seven(("a.xlsx", b"\0" * 3000)), Limits(expanded_bytes=2999)) == [
        "a.7z: FILE-EXPANDED 0 MiB"
    ]


def test_rar(tmp_path: Path) -> None:
    assert told(tmp_path, "a.rar", made.stored_rar(b"a.xlsx", BOOK)) == ["a.rar/a.xlsx: workbook"]
    assert told(tmp_path, "a.rar", made.stored_rar(b"a.xlsx", BOOK, method=0x33)) == ["a.rar: FILE-RAR"]
    assert told(tmp_path, "a.rar", made.stored_rar(b"a.xlsx", BOOK)[:25]) == ["a.rar: FILE-CONTAINER-CUT rar"]
    assert told(tmp_path, "a.rar", made.stored_rar(b"a.xlsx", BOOK)[:-7]) == [
        "a.rar/a.xlsx: workbook",
        "a.rar: FILE-CONTAINER-CUT rar",
    ]
    assert told(tmp_path, "a.rar", b"Rar!\x1a\x07\x01\0" + bytes(40)) == ["a.rar: FILE-CONTAINER-CUT rar"]
    flipped = made.stored_rar(b"a.xlsx", BOOK).replace(BOOK[100:140], bytes(40))
    assert told(tmp_path, "a.rar", flipped) == ["a.rar/a.xlsx: FILE-MEMBER rar"]


def test_archives_that_nobody_reads_are_entries(tmp_path: Path) -> None:
    assert told(tmp_path, "a.cab", b"MSCF" + b"\0" * 50) == ["a.cab: FILE-ARCHIVE-KIND cab"]


@pytest.mark.parametrize(
    ("library", "name", "data", "expected"),
    [
        ("py7zr", "a.7z", seven(("a.xlsx", BOOK)), "a.7z: FILE-EXTRA archives"),
        ("rarfile", "a.rar", made.stored_rar(b"a.xlsx", BOOK), "a.rar: FILE-EXTRA archives"),
        ("olefile", "a.msg", oles.ole(oles.outlook(("a.xlsx", BOOK))), "a.msg: FILE-MSG"),
        ("msoffcrypto", "a.xlsx", made.sealed(BOOK, "p"), "a.xlsx: FILE-EXTRA old"),
    ],
)
def test_without_the_optional_library(
    library: str, name: str, data: bytes, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    assert told(tmp_path, name, data) == [expected]


def zip_crypto(name: str, data: bytes, password: bytes) -> bytes:
    """A zip with one member, locked as zip programs did from the beginning."""
    keys = [0x12345678, 0x23456789, 0x34567890]
    step = [_crc_step(at) for at in range(256)]

    def update(byte: int) -> None:
        keys[0] = step[(keys[0] ^ byte) & 0xFF] ^ (keys[0] >> 8)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = step[(keys[2] ^ (keys[1] >> 24)) & 0xFF] ^ (keys[2] >> 8)

    for byte in password:
        update(byte)
    locked = bytearray()
    for byte in b"\0" * 11 + bytes([zlib.crc32(data) >> 24]) + data:
        word = keys[2] | 2
        locked.append(byte ^ (((word * (word ^ 1)) >> 8) & 0xFF))
        update(byte)
    return _locked_zip(name.encode(), bytes(locked), zlib.crc32(data), len(data), 0)


def _crc_step(value: int) -> int:
    for _ in range(8):
        value = (value >> 1) ^ (0xEDB88320 if value & 1 else 0)
    return value


def _locked_zip(name: bytes, packed: bytes, crc: int, size: int, method: int) -> bytes:
    said = struct.pack("<HHHHIIIHH", 1, method, 0, 0x21, crc, len(packed), size, len(name), 0)
    local = struct.pack("<IH", 0x04034B50, 20) + said + name
    entry = struct.pack("<IHH", 0x02014B50, 20, 20) + said + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(entry), len(local) + len(packed), 0)
    return local + packed + entry + end


def test_locked_members(tmp_path: Path) -> None:
    content = b'{"form": 1}' * 20
    for password in ("p", "密码"):
        for encoding in ("utf-8", "gbk"):
            data = zip_crypto("a.xlsx", content, password.encode(encoding))
            assert told(tmp_path, "a.zip", data) == ["a.zip/a.xlsx: FILE-ENCRYPTED"]
            assert told(tmp_path, "a.zip", data, passwords=["q"]) == ["a.zip/a.xlsx: FILE-ENCRYPTED"]
            (found,) = everything(tmp_path / "a.zip", passwords=["q", password])
            assert isinstance(found, Received)
            assert (found.data, found.unlocked) == (content, True)
    aes = _locked_zip(b"a.xlsx", b"x" * 100, 0, 50, 99)
    assert told(tmp_path, "a.zip", aes, passwords=["p"]) == ["a.zip/a.xlsx: FILE-ENCRYPTED"]


# What follows is hostile. Nothing of it may be taken for good, take long, or stop what stands beside it.


def test_two_members_of_one_name_are_both_refused(tmp_path: Path) -> None:
    data = made.raw_zip(
        (b"a.xlsx", BOOK), (b"a\\b.xlsx", BOOK), (b"a/b.xlsx", BOOK), (b"a.xlsx", BOOK), (b"c.xlsx", BOOK)
    )
    assert told(tmp_path, "a.zip", data) == [
        "a.zip/a.xlsx: FILE-MEMBER-UNSURE ×2",
        "a.zip/a/b.xlsx: FILE-MEMBER-UNSURE ×2",
        "a.zip/a/b.xlsx: FILE-MEMBER-UNSURE ×2",
        "a.zip/a.xlsx: FILE-MEMBER-UNSURE ×2",
        "a.zip/c.xlsx: workbook",
    ]
    assert (
        told(tmp_path, "a.tar", made.tarred(("a.xlsx", BOOK), ("./a.xlsx", b"x")))[:2]
        == ["a.tar/a.xlsx: FILE-MEMBER-UNSURE ×2"] * 2
    )


def test_a_member_that_the_directory_calls_otherwise_is_refused(tmp_path: Path) -> None:
    data = made.raw_zip((b"a.xlsx", BOOK), (b"b.xlsx", BOOK), local_names=[b"x.xlsx", b"b.xlsx"])
    assert told(tmp_path, "a.zip", data) == [
        "a.zip/a.xlsx: FILE-MEMBER-UNSURE a.xlsx ≠ x.xlsx",
        "a.zip/b.xlsx: workbook",
    ]
    data = made.raw_zip((b"a.xlsx\0.txt", BOOK))
    assert told(tmp_path, "a.zip", data) == ["a.zip/a.xlsx\ufffd.txt: FILE-MEMBER-UNSURE name"]


@pytest.mark.parametrize(
    ("offset", "value", "expected"),
    [
        (14, b"\0\0\0\1", "FILE-MEMBER-UNSURE size"),  # CRC before the member
        (8, b"\0\0", "FILE-MEMBER-UNSURE method"),
        (6, b"\1\0", "FILE-MEMBER-UNSURE method"),
        (22, b"\1\0\0\0", "FILE-MEMBER-UNSURE size"),
        (0, b"PK\3\5", None),
        (100, b"\xff\xff\xff\xff", "FILE-MEMBER deflate"),
        (-22 - 52 + 16, b"\0\0\0\1", "FILE-MEMBER-UNSURE size"),  # CRC in the directory
        (-22 - 52 + 42, b"\1\0\0\0", "FILE-MEMBER-UNSURE offset"),
        (-22 - 52 + 10, b"\x0c\0", "FILE-MEMBER-UNSURE method"),
    ],
)
def test_a_member_that_is_damaged_or_contradicts_itself(
    offset: int, value: bytes, expected: str | None, tmp_path: Path
) -> None:
    data = bytearray(made.zipped(("a.xlsx", BOOK)))
    at = offset % len(data)
    data[at : at + len(value)] = value
    container = ["a.zip: FILE-CONTAINER zip"] if offset else ["a.zip/a.xlsx: FILE-MEMBER-UNSURE offset"]
    assert told(tmp_path, "a.zip", bytes(data)) == ([f"a.zip/a.xlsx: {expected}"] if expected else container)


def test_a_wrong_crc(tmp_path: Path) -> None:
    crc = struct.pack("<I", zlib.crc32(BOOK))
    data = made.zipped(("a.xlsx", BOOK), ("b.json", b"{}")).replace(crc, b"\1\2\3\4")
    assert told(tmp_path, "a.zip", data) == ["a.zip/a.xlsx: FILE-MEMBER CRC", "a.zip/b.json: json"]


def test_a_size_that_lies(tmp_path: Path) -> None:
    for lie in (len(BOOK) - 1, len(BOOK) + 1):
        data = made.zipped(("a.xlsx", BOOK)).replace(struct.pack("<I", len(BOOK)), struct.pack("<I", lie))
        assert told(tmp_path, "a.zip", data) == ["a.zip/a.xlsx: FILE-MEMBER size"]


def test_methods_that_may_take_any_memory_are_refused(tmp_path: Path) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.xlsx", BOOK)
    assert told(tmp_path, "a.zip", into.getvalue()) == ["a.zip/a.xlsx: FILE-METHOD 14"]


def test_what_expands_too_far(tmp_path: Path) -> None:
    limits = Limits(input_bytes=4 * MIB, expanded_bytes=6 * MIB)
    zeros = b"\0" * (4 * MIB)
    data = made.zipped(("a.xlsx", zeros), ("b.xlsx", zeros), ("c.xlsx", BOOK), ("d.xlsx", zeros + b"\0"))
    assert told(tmp_path, "a.zip", data, limits) == [
        "a.zip/a.xlsx: workbook",
        "a.zip/b.xlsx: FILE-EXPANDED 6 MiB",
        "a.zip/c.xlsx: workbook",
        "a.zip/d.xlsx: FILE-EXPANDED 4 MiB",
    ]
    bomb = made.zipped(("1.zip", made.zipped(("a.xlsx", zeros))), ("2.zip", made.zipped(("b.xlsx", zeros))))
    assert told(tmp_path, "a.zip", bomb, limits) == [
        "a.zip/1.zip/a.xlsx: workbook",
        "a.zip/2.zip/b.xlsx: FILE-EXPANDED 6 MiB",
    ]
    for mode in ("w:gz", "w:bz2", "w:xz"):
        tar = made.tarred(("a.xlsx", zeros), ("b.xlsx", zeros), mode=mode)
        assert told(tmp_path, "a.zip", tar, limits) == ["a.zip: FILE-EXPANDED 4 MiB"]


def test_members_that_share_their_bytes(tmp_path: Path) -> None:
    one = made.zipped(("a.xlsx", BOOK))
    end = one.rfind(b"PK\5\6")
    start = one.find(b"PK\1\2")
    second = one[start:end].replace(b"a.xlsx", b"b.xlsx")
    length = len(one[start:end] + second)
    directory = one[start:end] + second + struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 2, 2, length, start, 0)
    assert told(tmp_path, "a.zip", one[:start] + directory) == [
        "a.zip/a.xlsx: FILE-MEMBER-UNSURE overlap",
        "a.zip/b.xlsx: FILE-MEMBER-UNSURE overlap",
    ]


@pytest.mark.parametrize("count", [200_000, 1_000_000])
def test_a_million_members_are_one_line(count: int, tmp_path: Path) -> None:
    """The end of the directory can say 65,535 at most: 200,000 look like 3,392, which is below the limit."""
    entry = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    said = count % 65536
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, said, said, len(entry) * count, 31, 0)
    with (tmp_path / "a.zip").open("wb") as stream:
        stream.write(struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0) + b"a")
        for _ in range(count // 10_000):
            stream.write(entry * 10_000)
        stream.write(end)
    assert [line(found, tmp_path) for found in everything(tmp_path / "a.zip")] == ["a.zip: FILE-MEMBERS 10000"]


def test_more_members_than_the_limit_are_one_line(tmp_path: Path) -> None:
    assert told(tmp_path, "a.zip", made.zipped(*((str(at), b"") for at in range(4))), Limits(members=3)) == [
        "a.zip: FILE-MEMBERS 3"
    ]
    assert told(tmp_path, "a.tar", made.tarred(*((str(at), b"") for at in range(4))), Limits(members=3))[-1] == (
        "a.tar: FILE-MEMBERS 3"
    )


def test_all_containers_of_a_file_share_one_count(tmp_path: Path) -> None:
    inner = made.zipped(*((f"{at}.txt", b"") for at in range(9)))
    data = made.zipped(*((f"{at}.zip", inner) for at in range(9)))
    lines = told(tmp_path, "a.zip", data, Limits(members=3 * 3))
    assert len(lines) == 81
    lines = told(tmp_path, "a.zip", made.tarred(*((f"{at}.zip", inner) for at in range(9))), Limits(members=9))
    assert lines[-1] == "a.zip/8.zip/8.txt: (other)"
    few = Limits(members=9, depth=8)
    lines = told(tmp_path, "a.zip", made.zipped(("x.zip", data), ("y.zip", data), ("z.xlsx", BOOK)), few)
    assert lines[-1] == "a.zip: FILE-MEMBERS 90"
    assert len(lines) < 100


def test_archives_too_deep_in_one_another(tmp_path: Path) -> None:
    data = made.zipped(("a.xlsx", BOOK))
    for at in range(9):
        data = made.zipped((f"{at}.zip", data), ("beside.xlsx", BOOK))
    lines = told(tmp_path, "a.zip", data)
    assert sum(each.endswith("beside.xlsx: workbook") for each in lines) == 8
    assert lines[0].endswith("/1.zip: FILE-DEPTH 8")


def test_a_zip_that_holds_itself_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quine of a zip exists; here every member is given as the archive itself."""
    data = made.zipped(("again.zip", made.zipped(("again.zip", b"x"))))
    from tianbao.intake import zips
    from tianbao.intake.members import Member

    monkeypatch.setattr(zips, "_inflated", lambda whole, entry, left: Member("again.zip", whole))
    assert told(tmp_path, "a.zip", data) == [f"a.zip{'/again.zip' * 8}: FILE-DEPTH 8"]


@pytest.mark.parametrize("cut", [1, 10, 22, 50, 80, 1000, len(BOOK) // 2])
def test_a_zip_cut_off_is_one_line(cut: int, tmp_path: Path) -> None:
    assert told(tmp_path, "a.zip", made.zipped(("a.xlsx", BOOK), ("b.json", b"{}"))[:-cut]) == [
        "a.zip: FILE-CONTAINER zip"
    ]


def test_a_zip_before_or_behind_other_bytes(tmp_path: Path) -> None:
    data = made.zipped(("a.xlsx", BOOK))
    assert told(tmp_path, "a.zip", data + b"\r\n\0") == ["a.zip/a.xlsx: workbook"]
    assert told(tmp_path, "a.zip", data + b"more") == ["a.zip: FILE-CONTAINER zip"]
    assert told(tmp_path, "a.zip", b"before" + data) == ["a.zip: FILE-CONTAINER zip"]
    # a directory in the comment of another: two programs would see two archives
    other = made.zipped(("b.xlsx", BOOK))
    both = data[:-2] + struct.pack("<H", len(other)) + other
    assert told(tmp_path, "a.zip", both[: 2**16]) != ["a.zip/a.xlsx: workbook"]
    small = made.zipped(("b.txt", b"b"))
    both = data[:-2] + struct.pack("<H", len(small)) + small
    assert told(tmp_path, "a.zip", both) == ["a.zip: FILE-CONTAINER zip"]


def test_zip64(tmp_path: Path) -> None:
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as archive, archive.open("a.xlsx", "w", force_zip64=True) as stream:
        stream.write(BOOK)
    assert told(tmp_path, "a.zip", into.getvalue()) == ["a.zip/a.xlsx: workbook"]
    data = into.getvalue()
    end = data.rfind(b"PK\5\6")
    count, length, offset = struct.unpack_from("<HII", data, end + 10)
    record = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, 45, 45, 0, 0, count, count, length, offset)
    locator = struct.pack("<IIQI", 0x07064B50, 0, end, 1)
    assert told(tmp_path, "a.zip", data[:end] + record + locator + data[end:]) == ["a.zip/a.xlsx: workbook"]
    other = record.replace(struct.pack("<Q", offset), struct.pack("<Q", 0))
    assert told(tmp_path, "a.zip", data[:end] + other + locator + data[end:]) == ["a.zip: FILE-CONTAINER zip"]


def test_a_zip_written_as_a_stream(tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: object) -> int:
            raise OSError

        def tell(self) -> int:
            raise OSError

    into = Pipe()
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.xlsx", BOOK)
        archive.writestr("b.json", "{}")
    assert told(tmp_path, "a.zip", into.getvalue()) == ["a.zip/a.xlsx: workbook", "a.zip/b.json: json"]


def test_a_tar_that_is_damaged_says_that_something_is_missing(tmp_path: Path) -> None:
    whole = made.tarred(("a.xlsx", BOOK), ("b.xlsx", BOOK), ("c.xlsx", BOOK))
    second = 512 + -(-len(BOOK) // 512) * 512
    broken = bytearray(whole)
    broken[second + 148] ^= 0xFF
    cut = "a.tar: FILE-CONTAINER-CUT tar"
    assert told(tmp_path, "a.tar", bytes(broken)) == ["a.tar/a.xlsx: workbook", cut]
    assert told(tmp_path, "a.tar", whole[: second + 700]) == [
        "a.tar/a.xlsx: workbook",
        "a.tar/b.xlsx: FILE-MEMBER size",
        cut,
    ]
    assert told(tmp_path, "a.tar", whole[:second]) == ["a.tar/a.xlsx: workbook", cut]
    assert told(tmp_path, "a.tar", whole + whole)[-1] == cut
    assert told(tmp_path, "a.tar", whole[:300]) == ["a.tar: FILE-CONTAINER tar"]


def test_a_sparse_member_of_a_tar_is_not_filled_up(tmp_path: Path) -> None:
    info = tarfile.TarInfo("a.xlsx")
    head = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    head[156:157] = tarfile.GNUTYPE_SPARSE
    head[386:410] = b"00000000000\0" * 2
    head[483:495] = b"77777777777\0"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    assert told(tmp_path, "a.tar", bytes(head) + b"\0" * 1024) == ["a.tar/a.xlsx: FILE-MEMBER size"]
