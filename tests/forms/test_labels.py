"""Printed headings are found again: other brackets and widths, other wordings, rows put in or left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tianbao.forms.labels import Wanted, align, normal, wordings


@pytest.mark.parametrize(
    ("printed", "same"),
    [
        ("（一）予以公开", "(一) 予以公开"),
        ("1.属于国家秘密", "１．属于国家秘密"),
        ("3.危及“三安全一稳定”", '3、危及"三安全一稳定"'),
        (
            "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
            "（二）部分公开\n（区分处理的,只计这一情形，不计其他情形）",
        ),
        ("本年收费金额（单位：万元）", " 本年收费金额 （单位:万元） "),
        ("ICP备案号", "icp 备案号"),
    ],
)
def test_the_same_heading_printed_otherwise(printed: str, same: str) -> None:
    assert normal(printed) == normal(same)


def test_different_headings_stay_different() -> None:
    assert len({normal(text) for text in ("其他", "3.其他", "总计", "（七）总计", "其他处理")}) == 5


def test_wordings_leave_out_what_has_no_letters() -> None:
    assert wordings("行政规范性文件", ["规范性文件", "——", ""]) == {"行政规范性文件", "规范性文件"}


def wanted(*labels: str) -> list[Wanted]:
    return [Wanted(wordings(label, ())) for label in labels]


def seen(*rows: str) -> list[frozenset[str]]:
    return [frozenset(normal(word) for word in row.split("|")) for row in rows]


LINES = ("一、新收", "二、结转", "三、总计", "四、下年")


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        (LINES, [0, 1, 2, 3]),
        ((), [None, None, None, None]),
        (("表头", *LINES, "备注"), [1, 2, 3, 4]),
        (("一、新收", "另加一行", "二、结转", "三、总计", "四、下年"), [0, 2, 3, 4]),
        (("一、新收", "三、总计", "四、下年"), [0, None, 1, 2]),
        (("四、下年", "一、新收", "二、结转", "三、总计"), [1, 2, 3, None]),
        (("二、结转", "一、新收", "三、总计", "四、下年"), [1, None, 2, 3]),
        (("一、新收|甲|乙", "(二) 结转", "x", "四、下年"), [0, 1, None, 3]),
        (("一、新收", "一、新收", "二、结转", "三、总计", "四、下年"), [0, 2, 3, 4]),
    ],
)
def test_align(rows: tuple[str, ...], found: list[int | None]) -> None:
    assert align(wanted(*LINES), seen(*rows)) == found


def test_what_stands_beside_decides_among_equal_lines() -> None:
    want = [
        Wanted(frozenset({"其他"}), frozenset({"不予公开"})),
        Wanted(frozenset({"其他"}), frozenset({"其他处理"})),
    ]
    assert align(want, seen("其他处理|其他")) == [None, 0]
    assert align(want[:1], seen("x|其他", "不予公开|其他", "其他")) == [1]


def test_a_line_without_words_matches_nothing() -> None:
    assert align([Wanted(frozenset()), *wanted("总计")], [frozenset(), frozenset({"总计"})]) == [None, 1]


def test_any_wording_will_do() -> None:
    want = [Wanted(wordings("现行有效件数", ["现行有效件"]))]
    assert align(want, seen("现行有效件")) == align(want, seen("现行有效件数")) == [0]


words = st.lists(st.sampled_from("甲乙丙丁"), max_size=8)


@given(words, words)
def test_align_keeps_the_order_and_matches_the_most(left: list[str], right: list[str]) -> None:
    found = align(wanted(*left), seen(*right))
    matched = [place for place in found if place is not None]
    assert matched == sorted(set(matched))
    assert all(left[at] == right[place] for at, place in enumerate(found) if place is not None)
    longest = [[0] * (len(right) + 1) for _ in range(len(left) + 1)]
    for row, word in enumerate(left):
        for column, other in enumerate(right):
            longest[row + 1][column + 1] = (
                longest[row][column] + 1 if word == other else max(longest[row][column + 1], longest[row + 1][column])
            )
    assert len(matched) == longest[-1][-1]
