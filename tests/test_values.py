"""The truth table of cell contents, and the laws of rounding, trimming and understanding."""

import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tianbao.values import (
    BLANK,
    BLANK_SPACES,
    MARK_LIST,
    MARKS,
    FormatClass,
    Number,
    Value,
    as_float,
    of_sheet_number,
    places_of,
    plain,
    reading,
    rounded,
    shown_as,
    tidy,
    to_json,
    trim,
    understand,
)

HUGE = 10**400

# raw content → kind, what a sum counts, what stands for it in JSON
TRUTH: list[tuple[object, str, Number, object]] = [
    (None, "blank", 0, None),
    ("", "blank", 0, ""),
    (" ", "blank", 0, " "),
    ("　", "blank", 0, "　"),
    ("\u00a0 　", "blank", 0, "\u00a0 　"),
    (0, "number", 0, 0),
    (-3, "number", -3, -3),
    (12.0, "number", 12, 12),
    (-0.0, "number", 0, 0),
    (Decimal("12.0"), "number", 12, 12),
    (Decimal("-0.0"), "number", 0, 0),
    (1.2e1, "number", 12, 12),
    (0.1 + 0.2, "number", Decimal("0.3"), Decimal("0.3")),
    (18651.064103999999, "number", Decimal("18651.064104"), Decimal("18651.064104")),
    (Decimal("18651.064103999999"), "number", Decimal("18651.064103999999"), Decimal("18651.064103999999")),
    (9.9e307, "number", 99 * 10**306, 99 * 10**306),
    (1e308, "text", 0, "1e+308"),
    ("0", "text", 0, "0"),
    ("１２", "text", 0, "１２"),
    ("12件", "text", 0, "12件"),
    (" 12 ", "text", 0, " 12 "),
    ("1,234", "text", 0, "1,234"),
    ("1.2万", "text", 0, "1.2万"),
    ("+8", "text", 0, "+8"),
    ("−3", "text", 0, "−3"),
    ("12 34", "text", 0, "12 34"),
    ("O", "text", 0, "O"),
    ("\n", "text", 0, "\n"),
    ("没有", "text", 0, "没有"),
    ("/ /", "text", 0, "/ /"),
    ("||", "text", 0, "||"),
    ("—|无", "text", 0, "—|无"),
    (True, "text", 0, True),
    (False, "text", 0, False),
    (float("nan"), "text", 0, "nan"),
    (float("inf"), "text", 0, "inf"),
    (float("-inf"), "text", 0, "-inf"),
    (Decimal("NaN"), "text", 0, "NaN"),
    (Decimal("sNaN"), "text", 0, "sNaN"),
    (Decimal("Infinity"), "text", 0, "Infinity"),
    (Decimal("1E+999999"), "text", 0, "1E+999999"),
    (HUGE, "text", 0, str(HUGE)),
    (-HUGE, "text", 0, str(-HUGE)),
    ("/", "mark", 0, "/"),
    ("／", "mark", 0, "／"),
    ("—", "mark", 0, "—"),
    ("——", "mark", 0, "——"),
    ("–", "mark", 0, "–"),
    ("-", "mark", 0, "-"),
    ("－", "mark", 0, "－"),
    ("--", "mark", 0, "--"),
    ("无", "mark", 0, "无"),
    (" 无　", "mark", 0, " 无　"),
]


@pytest.mark.parametrize(("raw", "kind", "counted", "json_value"), TRUTH, ids=lambda value: repr(value)[:30])
def test_truth_table(raw: object, kind: str, counted: Number, json_value: object) -> None:
    value = understand(raw)
    assert (value.kind, value.counted) == (kind, counted)
    assert to_json(value) == json_value
    assert type(value.counted) is type(counted)
    assert (value.number is not None) == (kind == "number")


def test_marks_and_spaces() -> None:
    assert {understand(mark).kind for mark in MARKS} == {"mark"}
    assert {understand(space).kind for space in BLANK_SPACES} == {"blank"}
    assert MARK_LIST.split("|")[2:-1] == list(MARKS)
    assert {understand(mark * 3).kind for mark in MARKS} == {"text"}


def test_an_int_of_any_length_is_said_in_full() -> None:
    """str() of an int refuses more than 4,300 digits; a submission through the API may have one."""
    assert understand(10**5000).text == "1" + "0" * 5000


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12),
        ("-12", -12),
        ("12.0", 12),
        ("1.2E1", 12),
        ("1.2e+1", 12),
        ("0.30000000000000004", Decimal("0.3")),
        ("18651.064103999999", Decimal("18651.064104")),
        ("123456789012345", 123456789012345),
        ("1234567890123456789", 1234567890123460000),
        ("1E-7", Decimal("0.0000001")),
        (" 7\n", 7),
        ("-0", 0),
    ],
)
def test_numbers_as_sheets_write_them(text: str, number: Number) -> None:
    assert of_sheet_number(text).number == number
    assert of_sheet_number(text).kind == "number"


@pytest.mark.parametrize(
    "text", ["", "abc", "nan", "inf", "1e400", "1e308", "1_000", "１２", "0x10", "--5", "1,2", "5 5", "9" * 400]
)
def test_what_is_no_finite_number_in_a_sheet_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        of_sheet_number(text)


@pytest.mark.parametrize(
    ("text", "unit", "number"),
    [
        ("１２", "件", 12),
        ("12件", "件", 12),
        ("12 件", "件", 12),
        (" 12　", "件", 12),
        ("12", "", 12),
        ("1,234", "件", 1234),
        ("１，２３４件", "件", 1234),
        ("12,345,678.5", "万元", Decimal("12345678.5")),
        ("1.2万", "件", 12000),
        ("1.2 万件", "件", 12000),
        ("1.2万元", "万元", Decimal("1.2")),
        ("1.2万元", "元", 12000),
        ("+8", "项", 8),
        ("−3", "项", -3),
        ("－3", "项", -3),
        (".5", "万元", Decimal("0.5")),
        ("0", "件", 0),
        ("'12", "件", 12),
        ("’12件", "件", 12),
        ("12\u200b", "件", 12),
        ("1e3", "件", 1000),
        ("1.2E1", "件", 12),
        ("１２Ｅ３", "件", 12000),
        ("5e-1", "万元", Decimal("0.5")),
        ("O", "件", 0),
        ("o", "件", 0),
        ("Ｏ", "件", 0),
        ("'O", "件", 0),
        ("〇", "件", 0),
        (" 零 ", "件", 0),
        ("12,345.6万", "件", 123456000),
        # what may mean two things, or nothing, is not read
        ("1.2万", "万元", None),
        ("251000元", "万元", None),
        ("12 34", "件", None),
        ("1 234", "件", None),
        ("1,23", "件", None),
        ("0,123", "件", None),
        ("1,234，567", "件", None),
        ("1.234,5", "件", None),
        ("1、234", "件", None),
        ("12宗", "件", None),
        ("约12", "件", None),
        ("12-15", "件", None),
        ("1-2", "件", None),
        ("1/2", "件", None),
        ("½", "件", None),
        ("5%", "件", None),
        ("1O", "件", None),
        ("OO", "件", None),
        ("零件", "件", None),
        ("''12", "件", None),
        ("①", "件", None),
        ("3²", "件", None),
        ("٣", "件", None),
        ("", "件", None),
        ("件", "件", None),
        ("\n", "件", None),
        ("9" * 31, "件", None),
        ("1e300", "件", None),
        ("1e3件", "件", None),
        ("1" * 20 + "e3", "件", None),
        ("=1+2", "件", None),
        ("十二", "件", None),
        ("一", "件", None),
        ("壹", "件", None),
    ],
)
def test_reading(text: str, unit: str, number: Number | None) -> None:
    assert reading(text, unit) == number


@pytest.mark.parametrize(
    ("number", "form", "shown"),
    [
        (45293, "date", "2024-01-02"),
        (Decimal("45293.5"), "date", "2024-01-02 12:00"),
        (Decimal("0.52083333333333"), "date", "12:30"),
        (Decimal("45293.999999"), "date", "2024-01-02 23:59"),
        (0, "date", "1900-01-00"),
        (1, "date", "1900-01-01"),
        (59, "date", "1900-02-28"),
        (60, "date", "1900-02-29"),
        (61, "date", "1900-03-01"),
        (2958465, "date", "9999-12-31"),
        (2958466, "date", "####"),
        (-1, "date", "####"),
        (Decimal("0.05"), "percent", "5%"),
        (1, "percent", "100%"),
        (Decimal("0.1234"), "percent", "12.34%"),
        (12, "number", "12"),
        (12, "text", "12"),
    ],
)
def test_what_a_cell_shows(number: Number, form: FormatClass, shown: str) -> None:
    assert shown_as(number, form) == shown


@given(st.decimals(0, 2958466, places=9).filter(lambda number: number < 2958466), st.sampled_from(["date", "percent"]))
@example(Decimal("45293.999999"), "date")
def test_every_number_that_may_be_a_date_is_shown(number: Decimal, form: FormatClass) -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\d( [0-2]\d:[0-5]\d)?|[0-2]\d:[0-5]\d|[\d.]+%", shown_as(tidy(number), form))


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=-(10**600), max_value=10**600),
    st.floats(allow_nan=True, allow_infinity=True),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.text(),
    st.sampled_from([*MARKS, *BLANK_SPACES]),
)


@given(anything)
@example(Decimal("-1E+999999"))
@example(Decimal("1E-999999"))
@example(Decimal("0E-999999"))
def test_understand_never_raises_and_says_one_thing(raw: Any) -> None:
    value = understand(raw)
    assert (value.kind == "number") == (value.number is not None)
    assert isinstance(value.counted + 1, int | Decimal)
    assert isinstance(value.text, str)
    again = understand(to_json(value))
    assert (again.kind, again.counted, again.text) == (value.kind, value.counted, value.text)
    json.dumps(to_json(value), default=float, allow_nan=False)


@given(
    st.integers(-(10**300), 10**300)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9)
)
@example(Decimal("1.2345678901234567890123456789012345678901"))
def test_a_reported_number_is_never_changed(raw: Number) -> None:
    assert Fraction(understand(raw).counted) == Fraction(raw)
    number = tidy(Decimal(raw))
    assert Fraction(number) == Fraction(raw)
    assert Fraction(plain(number)) == Fraction(raw)


@given(
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=9),
    st.integers(0, 8),
)
@example(Decimal("0.5"), 0)
@example(Decimal("-0.5"), 0)
@example(Decimal("2.5"), 0)
@example(Decimal("-1.0000005"), 6)
@example(Decimal("1E-400"), 6)
def test_rounded_is_half_away_from_zero(number: Decimal, places: int) -> None:
    exact = Fraction(number)
    scaled = abs(exact) * 10**places
    away = Fraction(int(scaled + Fraction(1, 2)), 10**places)
    assert Fraction(rounded(number, places)) == (away if exact >= 0 else -away)


def test_rounded_agrees_with_decimal_and_leaves_ints_alone() -> None:
    with localcontext() as context:
        context.prec = 50
        assert rounded(Decimal("18651.0641035"), 6) == Decimal("18651.0641035").quantize(
            Decimal("0.000001"), rounding=ROUND_HALF_UP
        )
    assert rounded(HUGE, 6) == HUGE
    assert rounded(Decimal("9E+350"), 6) == Decimal("9E+350")


@given(st.text(alphabet=st.sampled_from([*BLANK_SPACES, "a", "无", "\n", "\t"])) | st.text())
def test_trim_is_idempotent_and_leaves_single_spaces(text: str) -> None:
    trimmed = trim(text)
    assert trim(trimmed) == trimmed
    assert "  " not in trimmed
    assert not trimmed.startswith(BLANK_SPACES)
    assert not trimmed.endswith(BLANK_SPACES)


@pytest.mark.parametrize(
    ("number", "places"),
    [
        (12, 0),
        (Decimal("12.0"), 0),
        (Decimal("18651.064104"), 6),
        (Decimal("0.10"), 1),
        (Decimal("1E+5"), 0),
        (HUGE, 0),
    ],
)
def test_places(number: Number, places: int) -> None:
    assert places_of(number) == places


def test_places_of_a_number_with_many_digits() -> None:
    assert places_of(Decimal("1." + "1" * 40)) == 40


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (BLANK, ""),
        (Value("12件", "text"), "12件"),
        (understand(1753.79), "1753.79"),
        (understand(Decimal("1E+20")), "1" + "0" * 20),
        (understand(0.000001), "0.000001"),
        (understand(Decimal("1E-999")), "1E-999"),
        (understand(True), "TRUE"),
    ],
)
def test_text_as_people_read_it(value: Value, text: str) -> None:
    assert value.text == text


@pytest.mark.parametrize(
    ("number", "as_sheet"),
    [(12, 12.0), (Decimal("0.3"), 0.3), (HUGE, math.inf), (-HUGE, -math.inf), (Decimal("-9E+400"), -math.inf)],
)
def test_as_a_sheet_keeps_it(number: Number, as_sheet: float) -> None:
    assert as_float(number) == as_sheet
