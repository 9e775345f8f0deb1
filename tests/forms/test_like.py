"""What `like` may be: ordinary patterns, and none that a hostile text keeps busy."""

import re
import time

import pytest

from tianbao.forms.like import like_problem

ORDINARY = [
    "",
    "^https?://",
    "https?://.+",
    "^https?://[^/ ]+(/.*)?$",
    "^[0-9]{10}$",
    "^[0-9]{3,4}-[0-9]{7,8}$",
    "^([0-9]{15}|[0-9]{17}[0-9Xx])$",
    "^[^@ ]+@[^@ ]+$",
    "^.{2,}$",
    "^(?:甲|乙|丙)类$",
    "甲|乙",
    "^甲|^乙",
    r"^\(.*\)$",
    "^[]()*+|]+$",
    "^[^](]*$",
    r"^[\]*+]{1,50}$",
    "^a{,5}b{}$",
    "^京[A-Z][0-9A-Z]{5}$",
]
SLOW = [
    "(a+)+$",
    "(a*)*$",
    "^(a|aa)+$",
    "^(?:a?){20}$",
    "^((a{1,9}))*$",
    "^(a)(b)*$",
    "^(a+)$\\1",
    "^(?=.*a)b",
    "^(?P<x>a)$",
    "a*b*c",
    "^a*a*a*b",
    "a?" * 24 + "a" * 24,
    "^.{0,999}.{0,999}.{0,999}$",
    "(a|a)" * 19,
    "|".join("^a*a*" for _ in range(11)),
]


@pytest.mark.parametrize("pattern", ORDINARY)
def test_ordinary_patterns_are_possible(pattern: str) -> None:
    assert like_problem(pattern) == ""


@pytest.mark.parametrize("pattern", SLOW)
def test_slow_ones_are_not(pattern: str) -> None:
    assert like_problem(pattern) == "VALUE-LIKE-SLOW"


@pytest.mark.parametrize("pattern", ["^(.$", "[", "*", "a{99999999999}"])
def test_what_is_no_pattern(pattern: str) -> None:
    assert like_problem(pattern) == "VALUE-LIKE"


@pytest.mark.parametrize("pattern", ORDINARY)
def test_no_text_of_a_cell_keeps_an_ordinary_one_busy(pattern: str) -> None:
    began = time.process_time()
    for text in ("a" * 32767, "@" * 32767, "http://" * 4681, "(" * 32767, "1" * 32767):
        re.search(pattern, text)
    assert time.process_time() - began < 20
