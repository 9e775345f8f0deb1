"""Mails: every attachment, by its name in whatever encoding; what people wrote is none; nothing is lost silently."""

import base64
from pathlib import Path

import pytest

from tests.intake import made, oles
from tests.intake.opened import everything, told
from tianbao.intake.limits import Limits
from tianbao.intake.received import Received

BOOK = made.workbook()
NAME = made.NAME
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
SHEET = f"Content-Type: {made.SHEET}".encode()


def disposed(value: bytes) -> bytes:
    return SHEET + b"\r\nContent-Disposition: attachment; " + value


def folded(text: str, charset: str, length: int) -> bytes:
    """Encoded words on several lines, cut between bytes of one character."""
    raw = text.encode(charset)
    pieces = [raw[at : at + length] for at in range(0, len(raw), length)]
    return b"\r\n\t".join(b"=?" + charset.encode() + b"?B?" + base64.b64encode(piece) + b"?=" for piece in pieces)


def percent(text: str, charset: str) -> bytes:
    return "".join(f"%{byte:02X}" for byte in text.encode(charset)).encode()


AS_SENT = {
    "RFC 2047, UTF-8": disposed(b'filename="' + made.word(NAME, "UTF-8") + b'"'),
    "RFC 2047, GBK": disposed(b'filename="' + made.word(NAME, "GBK") + b'"'),
    "RFC 2047, not quoted": disposed(b"filename=" + made.word(NAME, "gb18030")),
    "RFC 2047, GB18030, folded": disposed(b'filename="' + folded(NAME, "gb18030", 15) + b'"'),
    "RFC 2047, UTF-8, folded": disposed(b'filename="' + folded(NAME, "utf-8", 20) + b'"'),
    "RFC 2047, quoted-printable": disposed(
        b'filename="=?utf-8?Q?' + percent(NAME, "utf-8").replace(b"%", b"=") + b'?="'
    ),
    "RFC 2231, UTF-8": disposed(b"filename*=UTF-8''" + percent(NAME, "utf-8")),
    "RFC 2231, GB2312": disposed(b"filename*=GB2312''" + percent(NAME, "gbk")),
    "RFC 2231, in pieces": disposed(
        b"filename*0*=gbk''"
        + percent(NAME, "gbk")[:30]
        + b";\r\n filename*1*="
        + percent(NAME, "gbk")[30:60]
        + b";\r\n filename*2*="
        + percent(NAME, "gbk")[60:]
    ),
    "RFC 2231 beside another": disposed(b"filename=\"______2023.xlsx\"; filename*=UTF-8''" + percent(NAME, "utf-8")),
    "raw GBK": disposed(b'filename="' + NAME.encode("gbk") + b'"'),
    "raw UTF-8": disposed(b'filename="' + NAME.encode() + b'"'),
    "in Content-Type only": b'Content-Type: application/octet-stream; name="' + made.word(NAME, "GBK") + b'"',
    "in Content-Type only, raw": b'Content-Type: application/octet-stream; name="' + NAME.encode("gbk") + b'"',
    "a charset that does not exist": disposed(b'filename="' + made.word(NAME, "GBK").replace(b"GBK", b"X-NO") + b'"'),
    "a charset with a language": disposed(b'filename="' + made.word(NAME, "GBK").replace(b"GBK", b"gb2312*zh") + b'"'),
}


@pytest.mark.parametrize("name", AS_SENT)
def test_names_of_attachments(name: str, tmp_path: Path) -> None:
    data = made.raw_mail((AS_SENT[name], BOOK))
    assert told(tmp_path, "a.eml", data) == [f"a.eml/{NAME}: workbook"]
    (found,) = everything(tmp_path / "a.eml")
    assert isinstance(found, Received)
    assert found.data == BOOK


def test_a_character_that_only_gb18030_has_under_the_label_gb2312(tmp_path: Path) -> None:
    name = "镕基𠮷.xlsx"
    header = disposed(b'filename="' + made.word(name, "gb18030").replace(b"gb18030", b"gb2312") + b'"')
    assert told(tmp_path, "a.eml", made.raw_mail((header, BOOK))) == [f"a.eml/{name}: workbook"]


def test_a_raw_gbk_name_whose_bytes_look_like_a_backslash(tmp_path: Path) -> None:
    name = "忠誠.xlsx"
    assert b"\\" in name.encode("gbk")
    header = disposed(b'filename="' + name.encode("gbk") + b'"')
    assert told(tmp_path, "a.eml", made.raw_mail((header, BOOK))) == [f"a.eml/{name}: workbook"]


HOSTILE = {
    b'filename="../../etc/a.xlsx"': ".._.._etc_a.xlsx",
    b'filename="C:\\\\Users\\\\a.xlsx"': "C__Users_a.xlsx",
    b"filename*=utf-8''a%E2%80%AExslx.exe": "a\ufffdxslx.exe",
    b"filename*=utf-8''a%1B%5B31m%0D%0A.xlsx": "a\ufffd[31m\ufffd\ufffd.xlsx",
    b'filename="' + b"x" * 4096 + b'.xlsx"': "x" * 119 + "…" + "x" * 35 + ".xlsx",
    b'filename="' + b"x" * 10**6 + b'.xlsx"': "part-2",
    b'filename=""': "part-2",
    b"filename*" + b"9" * 5000 + b'*="a.xlsx"': "part-2",
    b'filename="' + b";" * 10**6 + b'"': "part-2",
    b"filename*=punycode''%ff%ff": "\ufffd",
}


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: repr(value[:30]))
def test_names_that_would_act_are_only_shown(value: bytes, tmp_path: Path) -> None:
    (line,) = told(tmp_path, "a.eml", made.raw_mail((disposed(value), BOOK)))
    assert line.endswith(": workbook")
    if HOSTILE[value] != "\ufffd" and len(value) < 10**5:
        assert line == f"a.eml/{HOSTILE[value]}: workbook"
    assert len(line) < 200
    assert line.isprintable() or "\ufffd" in line
    assert [path.name for path in tmp_path.iterdir()] == ["a.eml"]


def test_what_people_wrote_is_no_attachment(tmp_path: Path) -> None:
    assert told(tmp_path, "a.eml", made.mail(html=True)) == ["a.eml: (no-attachment)"]
    assert told(tmp_path, "a.eml", made.mail((NAME, BOOK), html=True)) == [f"a.eml/{NAME}: workbook"]
    assert told(tmp_path, "a.eml", b"From: a@x\nSubject: b\n\nhello\n") == ["a.eml: (no-attachment)"]


def test_pictures_and_signatures_are_passed_over_and_it_is_said_that_nothing_else_came(tmp_path: Path) -> None:
    picture = b'Content-Type: image/png; name="logo.png"\r\nContent-Disposition: inline\r\nContent-ID: <1@x>'
    sign = b'Content-Type: application/pkcs7-signature; name="smime.p7s"'
    data = made.raw_mail((picture, PNG), (sign, b"0\x82"))
    passed = ["a.eml/logo.png: (picture)", "a.eml/smime.p7s: (other)"]
    assert told(tmp_path, "a.eml", data) == [*passed, "a.eml: (no-attachment)"]
    data = made.raw_mail((picture, PNG), (sign, b"0\x82"), (disposed(b"filename=a.xlsx"), BOOK))
    assert told(tmp_path, "a.eml", data) == [*passed, "a.eml/a.xlsx: workbook"]


def test_forwarded_mails(tmp_path: Path) -> None:
    inner = made.mail((NAME, BOOK), subject="报送：外事办")
    name = "报送：外事办.eml"
    assert told(tmp_path, "a.eml", made.forwarded(inner)) == [f"a.eml/{name}/{NAME}: workbook"]
    assert told(tmp_path, "a.eml", made.forwarded(made.mail(subject="空"))) == ["a.eml/空.eml: (no-attachment)"]
    twice = made.forwarded(made.forwarded(inner, "再转"))
    assert told(tmp_path, "a.eml", twice) == [f"a.eml/再转.eml/{name}/{NAME}: workbook"]
    shallow = Limits(depth=2)
    assert told(tmp_path, "a.eml", twice, shallow) == [f"a.eml/再转.eml/{name}: FILE-DEPTH 2"]
    packed = made.forwarded(made.mail(("a.zip", made.zipped((NAME, BOOK))), subject="b"))
    assert told(tmp_path, "a.eml", packed, shallow) == ["a.eml/b.eml/a.zip: FILE-DEPTH 2"]


def test_a_forwarded_mail_in_base64_is_read(tmp_path: Path) -> None:
    """The standard forbids it; some servers do it."""
    data = made.raw_mail((b"Content-Type: message/rfc822", made.mail((NAME, BOOK))))
    assert told(tmp_path, "a.eml", data) == [f"a.eml/part-2.eml/{NAME}: workbook"]


def test_a_mail_that_came_back_is_read(tmp_path: Path) -> None:
    report = b'From: a@x\r\nSubject: x\r\nContent-Type: multipart/report; boundary="R"\r\n\r\n--R\r\n\r\nreturned\r\n'
    report += b"--R\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;x\r\n\r\nAction: failed\r\n\r\n"
    report += b"--R\r\nContent-Type: message/rfc822\r\n\r\n" + made.mail((NAME, BOOK)) + b"\r\n--R--\r\n"
    assert told(tmp_path, "a.eml", report) == [f"a.eml/报送年报.eml/{NAME}: workbook"]


def test_mails_in_one_file(tmp_path: Path) -> None:
    plain = b"From: a@x\nSubject: y\n\nFrom here on\nTel: 123\n\nFrom now on 12:00\nnothing\n"
    data = made.mbox(made.mail((NAME, BOOK)), plain, made.forwarded(made.mail((NAME, BOOK))), made.mail())
    assert told(tmp_path, "Inbox", data) == [
        f"Inbox/1.eml/{NAME}: workbook",
        "Inbox/2.eml: (no-attachment)",
        f"Inbox/3.eml/报送年报.eml/{NAME}: workbook",
        "Inbox/4.eml: (no-attachment)",
    ]
    windows = data.replace(b"\n", b"\r\n")
    assert len(told(tmp_path, "Inbox", windows)) == 4
    undated = data.replace(b"From a@example.org Mon Jan 15 09:00:00 2024", b"From nobody")
    assert len(told(tmp_path, "box.mbox", undated)) == 4


def test_a_file_of_mails_that_is_none_or_empty(tmp_path: Path) -> None:
    assert told(tmp_path, "a.mbox", b"hello") == ["a.mbox: FILE-CONTAINER mbox"]
    assert told(tmp_path, "a.mbox", b"\n\n") == ["a.mbox: (nothing-inside)"]
    assert told(tmp_path, "a.mbox", b"") == ["a.mbox: FILE-EMPTY mbox"]


def test_many_mails_are_read_in_one_pass(tmp_path: Path) -> None:
    data = made.mbox(*[made.mail(("a.json", b'{"form": 1}'))] * 300)
    lines = told(tmp_path, "a.mbox", data)
    assert lines == [f"a.mbox/{number}.eml/a.json: json" for number in range(1, 301)]
    assert told(tmp_path, "a.mbox", data, Limits(members=5))[-1] == "a.mbox: FILE-MEMBERS 50"


def test_winmail(tmp_path: Path) -> None:
    short, long = "年报.xlsx".encode("gbk"), NAME
    assert told(tmp_path, "winmail.dat", made.tnef(short, BOOK, long)) == [f"winmail.dat/{NAME}: workbook"]
    assert told(tmp_path, "winmail.dat", made.tnef(short, BOOK)) == ["winmail.dat/年报.xlsx: workbook"]
    part = b'Content-Type: application/ms-tnef; name="winmail.dat"'
    data = made.raw_mail((part, made.tnef(short, BOOK, long)))
    (tmp_path / "winmail.dat").unlink()
    assert told(tmp_path, "a.eml", data) == [f"a.eml/winmail.dat/{NAME}: workbook"]


@pytest.mark.parametrize("cut", [1, 60, 400, 20_000])
def test_a_winmail_cut_off_says_so(cut: int, tmp_path: Path) -> None:
    data = made.tnef(b"a.xlsx", BOOK, NAME)[:-cut]
    assert told(tmp_path, "winmail.dat", data)[-1].startswith("winmail.dat: FILE-CONTAINER")


def test_a_winmail_that_claims_millions_of_properties(tmp_path: Path) -> None:
    data = made.tnef(b"a.xlsx", BOOK, NAME)
    claim = data.replace(b"\1\0\0\0\x1f\0\x07\x37", b"\xff\xff\xff\xff\x1f\0\x07\x37")
    assert claim != data
    assert told(tmp_path, "winmail.dat", claim) == [
        f"winmail.dat/{NAME}: workbook",
        "winmail.dat: FILE-CONTAINER-CUT winmail.dat",
    ]


def test_a_mail_in_a_winmail_and_one_without_attachment(tmp_path: Path) -> None:
    inner = made.tnef("年报.xlsx".encode("gbk"), BOOK, NAME)
    outer = made.tnef(b"mail", b"", "转发", b"\x07\3\2\0\0\0\0\0\xc0\0\0\0\0\0\0\x46" + inner)
    assert told(tmp_path, "winmail.dat", outer) == [f"winmail.dat/转发.dat/{NAME}: workbook"]
    assert told(tmp_path, "winmail.dat", outer[:40]) == ["winmail.dat: (no-attachment)"]


def test_outlook(tmp_path: Path) -> None:
    inner = oles.outlook((NAME, BOOK.ljust(-(-len(BOOK) // 512) * 512, b"\0")))
    data = oles.ole(oles.outlook(("a.json", b"{}".ljust(4096)), ("转发", inner)))
    assert told(tmp_path, "a.msg", data) == ["a.msg/a.json: json", f"a.msg/转发.msg/{NAME}: workbook"]
    assert told(tmp_path, "a.msg", oles.ole(oles.outlook())) == ["a.msg: (no-attachment)"]
    assert told(tmp_path, "a.msg", oles.ole(oles.outlook(("x", oles.outlook())))) == ["a.msg/x.msg: (no-attachment)"]
    assert told(tmp_path, "a.msg", data[:3000]) == ["a.msg: FILE-CONTAINER msg"]
    assert told(tmp_path, "a.msg", b"hello") == ["a.msg: FILE-CONTAINER msg"]


@pytest.mark.parametrize("type_", ["application/pkcs7-mime; smime-type=enveloped-data", "application/pgp-encrypted"])
def test_a_sealed_mail(type_: str, tmp_path: Path) -> None:
    data = made.raw_mail((f'Content-Type: {type_}; name="smime.p7m"'.encode(), b"0\x82"))
    assert told(tmp_path, "a.eml", data) == ["a.eml/smime.p7m: FILE-SEALED-MAIL"]


def test_attachments_written_into_the_text(tmp_path: Path) -> None:
    import binascii

    lines = b"".join(binascii.b2a_uu(BOOK[at : at + 45]) for at in range(0, len(BOOK), 45))
    text = b"hello\r\nbegin 644 " + "年报.xlsx".encode("gbk") + b"\r\n" + lines + b"`\r\nend\r\n"
    data = b"From: a@x\r\nSubject: y\r\n\r\n" + text
    assert told(tmp_path, "a.eml", data) == ["a.eml/年报.xlsx: workbook"]
    broken = data.replace(lines[-80:], b"\x01\xff" * 40)
    assert told(tmp_path, "a.eml", broken) == ["a.eml/年报.xlsx: FILE-MEMBER uuencode"]


@pytest.mark.parametrize("encoding", ["binary", "8bit", "quoted-printable", "x-uuencode"])
def test_encodings_of_attachments(encoding: str, tmp_path: Path) -> None:
    import binascii

    content = {
        "binary": BOOK,
        "8bit": BOOK,
        "quoted-printable": binascii.b2a_qp(BOOK, istext=False).replace(b"\n", b"\r\n"),
        "x-uuencode": b"begin 644 a.xlsx\n"
        + b"".join(binascii.b2a_uu(BOOK[at : at + 45]) for at in range(0, len(BOOK), 45))
        + b"`\nend\n",
    }[encoding]
    data = b'From: a@x\r\nSubject: y\r\nContent-Type: multipart/mixed; boundary="BB"\r\n\r\n--BB\r\n'
    data += disposed(b"filename=a.xlsx") + f"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n".encode()
    (tmp_path / "a.eml").write_bytes(data + content + b"\r\n--BB--\r\n")
    (found,) = everything(tmp_path / "a.eml")
    assert isinstance(found, Received)
    assert found.data == BOOK


# What follows is hostile or damaged.


def test_ten_thousand_parts_are_one_line(tmp_path: Path) -> None:
    parts = b"--BB\r\nContent-Disposition: attachment; filename=a.xlsx\r\n\r\nx\r\n" * 10_000
    data = b'From: a@x\r\nSubject: y\r\nContent-Type: multipart/mixed; boundary="BB"\r\n\r\n' + parts + b"--BB--\r\n"
    assert told(tmp_path, "a.eml", data) == ["a.eml: FILE-MEMBERS 10000"]
    few = data.replace(parts, parts[: len(parts) // 10_000 * 3])
    assert len(told(tmp_path, "a.eml", few, Limits(members=4))) == 3
    assert told(tmp_path, "a.eml", few, Limits(members=3)) == ["a.eml: FILE-MEMBERS 3"]


def test_parts_too_deep_in_one_another(tmp_path: Path) -> None:
    data = b"From: a@x\nSubject: y\n"
    for at in range(2000):
        data += f'Content-Type: multipart/mixed; boundary="B{at}"\n\n--B{at}\n'.encode()
    (line,) = told(tmp_path, "a.eml", data)
    assert line.startswith("a.eml: FILE-DEPTH")
    mails = b"From: a@x\nSubject: y\nContent-Type: message/rfc822\n\n" * 400
    (line,) = told(tmp_path, "a.eml", mails)
    assert line == f"a.eml{'/y.eml' * 8}: FILE-DEPTH 8"


@pytest.mark.parametrize(
    "boundary", [b"--BB\r\n", b"--BB--", b'boundary="BB"', b"Content-Type: multipart", b"; boundary"]
)
def test_a_damaged_line_between_parts_is_noticed(boundary: bytes, tmp_path: Path) -> None:
    data = made.raw_mail((disposed(b"filename=a.xlsx"), BOOK))
    starts = [at for at in range(len(data)) if data.startswith(boundary, at)]
    assert starts
    for at in starts:
        lines = told(tmp_path, "a.eml", data[: at + 2] + b"?" + data[at + 3 :])
        assert any("FILE-CONTAINER" in line for line in lines) or "a.eml/a.xlsx: workbook" in lines


@pytest.mark.parametrize("end", [30, 100, 150, 200, 300, 400, 5000, -3])
def test_a_mail_cut_off_is_noticed(end: int, tmp_path: Path) -> None:
    lines = told(tmp_path, "a.eml", made.raw_mail((disposed(b"filename=a.xlsx"), BOOK))[:end])
    assert any("FILE-CONTAINER" in line for line in lines), lines


def test_the_same_attachment_name_twice_is_two_attachments(tmp_path: Path) -> None:
    data = made.mail(("a.xlsx", BOOK), ("a.xlsx", BOOK[:-1]))
    assert told(tmp_path, "a.eml", data) == ["a.eml/a.xlsx: workbook"] * 2
