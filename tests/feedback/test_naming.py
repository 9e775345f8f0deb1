"""Names of the files that go back."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from tests.conftest import examples
from tianbao.feedback.naming import answer_name
from tianbao.findings import Checked
from tianbao.submission import Agency


def found(agency: str | None, source: str = "a/b.xlsx") -> Checked:
    known = None if agency is None else replace(build.submission(), agency=Agency(agency))
    return Checked(source, None, "failed", (), (), known)


def test_the_agency_names_its_file_and_the_source_those_that_share_it() -> None:
    taken: set[str] = set()
    names = [
        answer_name(found("外办", source), taken) for source in ("x/一.xlsx", "二.xlsx", "y/二.xlsx", "二.zip/二.xlsx")
    ]
    assert names == ["外办", "外办-二", "外办-二-2", "外办-二-3"]
    assert answer_name(found(None, "z/读不了.doc"), taken) == "读不了"
    assert answer_name(found("", "\\\\srv\\c.xlsx"), taken) == "c"


@pytest.mark.parametrize(
    ("agency", "name"),
    [
        ("../../etc/passwd", "_.._etc_passwd"),
        ('a:b*c?d"e<f>g|h', "a_b_c_d_e_f_g_h"),
        ("CON", "_CON"),
        ("com1.txt", "_com1.txt"),
        ("-rf", "_-rf"),
        (" . ", "b"),
        ("甲\u202e乙\x00\n丙", "甲乙 丙"),
    ],
)
def test_names_are_safe_on_every_system(agency: str, name: str) -> None:
    assert answer_name(found(agency), set()) == name


@examples(100)
@given(st.lists(st.tuples(st.text(max_size=90), st.text(max_size=300)), min_size=1, max_size=8))
def test_names_are_unique_without_regard_to_case_and_short(pile: list[tuple[str, str]]) -> None:
    taken: set[str] = set()
    names = [answer_name(found(agency, source), taken) for agency, source in pile]
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert name == name.strip(" .")
        assert 0 < len(name.encode()) <= 200
        assert not set(name) & set('\\/:*?"<>|\n\0')
    assert names == [answer_name(found(agency, source), again) for again in [set[str]()] for agency, source in pile]
