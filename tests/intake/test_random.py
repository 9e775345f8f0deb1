"""Random damage: nothing raises, nothing is lost without a word, and what is given out is what was packed."""

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.intake import made, oles
from tianbao.findings import PassedOver
from tianbao.intake.headers import words
from tianbao.intake.limits import Limits
from tianbao.intake.names import LONGEST, harmless, harmless_path
from tianbao.intake.opening import open_read
from tianbao.intake.received import Received
from tianbao.intake.sniff import Kind, kind_of

MEMBERS = {"a.json": b'{"form": 1}', "b.xlsx": made.zipped(("[Content_Types].xml", b""), ("xl/workbook.xml", b"<a/>"))}
LIMITS = Limits(input_bytes=2**20, expanded_bytes=2**20, members=100)
FILES: dict[str, bytes] = {
    "a.zip": made.zipped(*MEMBERS.items()),
    "b.zip": made.zipped(("in.zip", made.zipped(*MEMBERS.items()))),
    "a.tar": made.tarred(*MEMBERS.items()),
    "a.tgz": made.tarred(*MEMBERS.items(), mode="w:gz"),
    "a.eml": made.mail(*MEMBERS.items(), html=True),
    "b.eml": made.forwarded(made.mail(*MEMBERS.items())),
    "c.eml": made.raw_mail(
        *((b'Content-Type: application/x; name="' + k.encode() + b'"', v) for k, v in MEMBERS.items())
    ),
    "a.mbox": made.mbox(*(made.mail((name, data)) for name, data in MEMBERS.items())),
    "a.dat": made.tnef(b"b.xlsx", MEMBERS["b.xlsx"], "b.xlsx"),
    "a.rar": made.stored_rar(b"b.xlsx", MEMBERS["b.xlsx"]),
    "a.msg": oles.ole(oles.outlook(*MEMBERS.items())),
    "a.xlsx": made.sealed(made.workbook(), "p"),
}
TRUSTED = ("a.zip", "b.zip", "a.tgz", "a.rar")
"""Formats with a checksum over each member."""


def opened(name: str, data: bytes) -> list[Received | PassedOver]:
    kind: Kind = kind_of(data, name)
    return list(open_read(Received(name, data, "0" * 64, kind=kind), LIMITS, ("p",)))


def holds(name: str, found: list[Received | PassedOver]) -> None:
    """Each member is there, named, or the container says that it is damaged."""
    assert found
    problems = [one for one in found if isinstance(one, Received) and one.data is None]
    said = problems or any(isinstance(one, PassedOver) and one.source == name for one in found)
    inside = [one for one in found if one.source != name]
    whole = FILES[name]
    expected = len([one for one in opened(name, whole) if one.source != name])
    assert said or len(inside) >= expected, found
    for one in inside:
        assert one.source.startswith(f"{name}/")
        if name in TRUSTED and isinstance(one, Received) and one.data is not None:
            assert one.data in MEMBERS.values()


@examples(150)
@given(st.data())
def test_cut_anywhere(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    whole = FILES[name]
    found = opened(name, whole[: data.draw(st.integers(0, len(whole) - 1))])
    if name != "a.mbox":  # mails in one file may end after any of them
        holds(name, found)


@examples(300)
@given(st.data())
def test_a_byte_changed_anywhere(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    whole = bytearray(FILES[name])
    at = data.draw(st.integers(0, len(whole) - 1))
    whole[at] = data.draw(st.integers(0, 255))
    holds(name, opened(name, bytes(whole)))


@examples(300)
@given(st.data())
def test_pieces_moved_repeated_and_taken_out_never_raise(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FILES)))
    whole = FILES[name]
    for _ in range(data.draw(st.integers(1, 4))):
        at, end, to = sorted(data.draw(st.tuples(*[st.integers(0, len(whole))] * 3)))
        whole = data.draw(
            st.sampled_from((whole[:at] + whole[end:], whole[:end] + whole[at:], whole[at:to] + whole[:at]))
        )
    opened(name, whole)


@examples(200)
@given(
    st.binary(max_size=200),
    st.sampled_from(("a.zip", "a.tar", "a.eml", "a.mbox", "a.7z", "a.rar", "a.msg", "a.gz", "a")),
)
def test_any_bytes_under_any_suffix(data: bytes, name: str) -> None:
    assert opened(name, data)


@examples(200)
@given(st.text(max_size=300))
def test_names_are_harmless(name: str) -> None:
    for shown in (harmless(name), harmless_path(name)):
        assert 0 < len(shown) <= LONGEST
        assert "\\" not in shown
        assert not {"\n", "\x1b", "\u202e", "\u2028", "\0"} & set(shown)
    assert "/" not in harmless(name)
    assert not {"", ".", ".."} & set(harmless_path(name).split("/"))


@examples(200)
@given(st.text(alphabet="=?BbQqUuTtFf-8 \t_年", max_size=60))
def test_any_header_decodes(text: str) -> None:
    words(text)


def test_an_archive_leaves_nothing_behind() -> None:
    before = set(Path(tempfile.gettempdir()).iterdir())
    for name, data in FILES.items():
        opened(name, data)
    mine = set(Path(tempfile.gettempdir()).iterdir()) - before
    assert not [path for path in mine if path.suffix in (".xlsx", ".rar", ".7z")]
