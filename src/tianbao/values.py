"""What stood in a cell, raw beside understood. Nobody else parses a number.

The truth table (docs/decisions/0002-values.md) in one sentence each: a number counts; a blank and a mark count as 0 in
a sum and are asked for; any other text leaves every rule over it undecided. `BLANK_SPACES` and `MARKS` are also what
the Excel formulas are made of, so that the light in the sheet and this module cannot part.
"""

import math
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Literal

Number = int | Decimal
Raw = str | int | Decimal | bool | None
Kind = Literal["number", "blank", "mark", "text"]
FormatClass = Literal["number", "date", "percent", "text"]
"""What a cell's number format makes of a number: that much of it is evidence of what was typed."""

BLANK_SPACES = (" ", "\u3000", "\u00a0")
"""Characters that people cannot see: cut from both ends before a text is compared with the marks."""

MARKS = ("/", "／", "-", "－", "–", "—", "——", "--", "无")
"""Texts that mean "nothing to report": counted as a blank, in sums and where blanks are asked for."""

MARK_LIST = "|" + "".join(f"|{mark}" for mark in MARKS) + "|"
"""'||/|…|无|': a trimmed text t is blank or a mark exactly when '|t|' occurs in it (FIND in Excel, `in` here)."""

EXACT_DIGITS = 15
"""Digits of a number that a spreadsheet keeps; beyond them only noise of binary fractions is left."""

COMPARE_PLACES = 6
"""Both sides of a comparison are compared to this many decimals (万元 to 分), here and in the sheet."""

_LARGEST_EXPONENT = 307
"""Of a number that a spreadsheet takes; what is larger is text, so that no sum or product can overflow."""

_NO_DAY, _LAST_DAY = 60, 2_958_465
"""Serial numbers of 1900-02-29, a day that only spreadsheets have, and of 9999-12-31, the last of all."""

_TOO_LARGE = 10 ** (_LARGEST_EXPONENT + 1)
_BLANKS = "".join(BLANK_SPACES)
_NO_MARK = 100
"""Characters: a text that has more and is not all blank spaces is neither blank nor a mark."""

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " ", 0x00A0: " ", 0x2212: "-"}
_UNSEEN = dict.fromkeys((0x200B, 0x2060, 0xFEFF), None)
"""Characters without width that come along from web pages and chats."""
_SPELLED = _HALF_WIDTH | _UNSEEN

_APOSTROPHES = ("'", "‘", "’")
_ZERO = ("O", "o", "〇", "零")
"""What is typed for 0, by a slip or by habit; only where it stands alone."""

_SHEET_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)", re.ASCII)
_POWER = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d{1,2}", re.ASCII)
_TEN_THOUSAND = "万"


@dataclass(frozen=True, slots=True)
class Value:
    """One cell's content. `raw` is what stood there; `number` is set exactly when kind is "number"."""

    raw: Raw
    kind: Kind
    number: Number | None = None

    @property
    def counted(self) -> Number:
        """The number that sums take: the number itself, 0 for everything else."""
        return 0 if self.number is None else self.number

    @property
    def text(self) -> str:
        """As people read it: 12, 1753.79, 12件, and nothing for a blank."""
        if self.number is not None:
            return plain(self.number)
        if isinstance(self.raw, bool):
            return str(self.raw).upper()
        return "" if self.raw is None else str(self.raw)


BLANK = Value(None, "blank")


def understand(raw: object) -> Value:
    """The Value of a JSON scalar or a sheet's content. Text is never taken for a number, however it looks.

    Floats are taken by their 15 significant digits. Truth values, not-a-number and what is beyond a spreadsheet's
    largest number are text.
    """
    if raw is None:
        return BLANK
    if isinstance(raw, bool):
        return Value(raw, "text")
    if isinstance(raw, int):
        return Value(raw, "number", raw) if abs(raw) < _TOO_LARGE else Value(str(Decimal(raw)), "text")
    if isinstance(raw, float):
        return _of_float(raw)
    if isinstance(raw, Decimal):
        small = raw.is_finite() and raw.adjusted() <= _LARGEST_EXPONENT
        return Value(raw, "number", tidy(raw)) if small else Value(str(raw), "text")
    text = str(raw)
    if len(text) > _NO_MARK and text.strip(_BLANKS):
        return Value(text, "text")  # a narrative: trimming all of it would take long and change nothing
    trimmed = trim(text)
    if f"|{trimmed}|" not in MARK_LIST:
        return Value(text, "text")
    return Value(text, "mark") if trimmed else Value(text, "blank")


def _of_float(raw: float) -> Value:
    if not abs(raw) < _TOO_LARGE:
        return Value(str(raw), "text")
    exact = Decimal(f"{raw:.{EXACT_DIGITS}g}")
    return Value(exact, "number", tidy(exact))


def of_sheet_number(text: str) -> Value:
    """The Value of a number as spreadsheets write it ("12", "12.0", "1.2E1", "0.30000000000000004").

    Raises ValueError where the text is no number or one beyond a spreadsheet's largest.
    """
    text = text.strip()
    if not _SHEET_NUMBER.fullmatch(text):
        raise ValueError(text)
    if len(text) <= EXACT_DIGITS and text.lstrip("+-").isdigit():
        return Value(int(text), "number", int(text))
    value = _of_float(float(text))
    if value.number is None:
        raise ValueError(text)
    return value


def trim(text: str) -> str:
    """Without invisible characters at both ends and with single spaces inside, as TRIM leaves it in a sheet."""
    for space in BLANK_SPACES[1:]:
        text = text.replace(space, " ")
    return re.sub(" +", " ", text).strip(" ")


def tidy(number: Decimal) -> Number:
    """12.0 as 12, 1753.790 as 1753.79; the value is unchanged, however many digits it has."""
    if not number:
        return 0
    if abs(number.adjusted()) > _LARGEST_EXPONENT:
        return number
    if number == number.to_integral_value():
        return int(number)
    with localcontext() as context:
        context.prec = max(1, len(number.as_tuple().digits))
        return number.normalize()


def plain(number: Number) -> str:
    """Digits without exponent or grouping: 11398889, 18651.064104."""
    if isinstance(number, int):
        return str(number)
    return str(number) if abs(number.adjusted()) > _LARGEST_EXPONENT else format(number, "f")


def rounded(number: Number, places: int) -> Number:
    """Half away from zero, as ROUND in a sheet."""
    if isinstance(number, int) or number.adjusted() > _LARGEST_EXPONENT:
        return number
    with localcontext() as context:
        context.prec = 2 * _LARGEST_EXPONENT + places
        return tidy(number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def as_float(number: Number) -> float:
    """As a sheet would keep it; infinite where that is too large for it."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def places_of(number: Number) -> int:
    """How many decimals the number has: 0 for 12, 6 for 18651.064104."""
    tidied = number if isinstance(number, int) else tidy(number)
    exponent = 0 if isinstance(tidied, int) else tidied.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def reading(text: str, unit: str) -> Number | None:
    """The number that a text unmistakably spells in a cell of `unit`: １２, 1,234, 12件, 1.2万, '12, 1e3, O; else None.

    Not "12 34", which may be two numbers, nor "1.2万" where the unit is 万元 already. Chinese numerals are not read but
    for a zero that stands alone: 一 is too like a dash.
    """
    if len(text) > _NO_MARK and len(text.strip()) > _NO_MARK:
        return None  # a narrative
    spelled = text.translate(_SPELLED).strip()
    if spelled.startswith(_APOSTROPHES):
        spelled = spelled[1:].lstrip()
    if spelled in _ZERO:
        return 0
    if _POWER.fullmatch(spelled) and len(spelled) <= EXACT_DIGITS:
        return tidy(Decimal(spelled))
    unit = unit.translate(_HALF_WIDTH)
    if unit and spelled.endswith(unit):
        spelled = spelled[: -len(unit)].rstrip()
    factor = 1
    if spelled.endswith(_TEN_THOUSAND) and _TEN_THOUSAND not in unit:
        factor, spelled = 10_000, spelled[: -len(_TEN_THOUSAND)].rstrip()
    if _GROUPED.fullmatch(spelled) and not ("," in text and "，" in text):
        spelled = spelled.replace(",", "")
    if not _PLAIN.fullmatch(spelled) or len(spelled) > 2 * EXACT_DIGITS:
        return None
    return tidy(Decimal(spelled) * factor)


def shown_as(number: Number, form: FormatClass) -> str:
    """What a cell shows a number as: 45293 as 2024-01-02, 0.05 as 5%, and what is no date as ####."""
    if form == "percent":
        return f"{plain(tidy(Decimal(number) * 100))}%"
    if form != "date":
        return plain(number)
    if not 0 <= number < _LAST_DAY + 1:
        return "####"
    day = int(number)
    minutes = min(round((number - day) * 86_400), 86_399) // 60
    time = f"{minutes // 60:02d}:{minutes % 60:02d}" if minutes else ""
    return " ".join(part for part in (_date(day) if day or not time else "", time) if part)


def _date(day: int) -> str:
    """The date of a serial number as Excel counts: 1 is 1900-01-01, and 1900-02-29, which never was, is 60."""
    from datetime import date, timedelta  # noqa: PLC0415  loaded for a slip only

    if day in (0, _NO_DAY):
        return "1900-02-29" if day else "1900-01-00"
    return (date(1899, 12, 30) + timedelta(days=day + (day < _NO_DAY))).isoformat()


def to_json(value: Value) -> Raw:
    """The scalar that stands for the value in a submission: its number, or what stood there."""
    return value.raw if value.number is None else value.number
