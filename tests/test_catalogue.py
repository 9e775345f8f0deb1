"""Wordings: both languages say something, with the same facts in them."""

from string import Formatter

import pytest

from tianbao.catalogue import words
from tianbao.catalogue.words import Entry

ENTRIES: list[tuple[str, Entry]] = [
    *((name, words.mistake(name)) for name in words.mistakes()),
    *((f"{rule}.{case}", entry) for rule, cases in words.findings().items() for case, entry in cases.items()),
]


def facts(text: str) -> set[str]:
    return {name.removesuffix("_zh").removesuffix("_en") for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize(("name", "entry"), ENTRIES, ids=[name for name, _ in ENTRIES])
def test_both_languages_say_the_same_facts(name: str, entry: Entry) -> None:
    assert entry.said["zh"]
    assert entry.said["en"]
    assert entry.fix["zh"]
    assert entry.fix["en"]
    assert facts(entry.said["zh"]) == facts(entry.said["en"])
    assert bool(entry.ask["zh"]) == bool(entry.ask["en"])
    for language in ("zh", "en"):
        other = {"zh": "_en", "en": "_zh"}[language]
        assert not any(field.endswith(other) for _, field, _, _ in Formatter().parse(entry.said[language]) if field)


def test_facts_are_put_in_as_they_are() -> None:
    assert words.fill("{a} {b}", {"a": "{b}", "b": 1}) == "{b} 1"
    assert words.fill("{a}{nothing}", {"a": None}) == ""
    entry = words.finding("TYPE-INT", "text")
    assert entry.message({"found": "12件"}, "zh") == "应填数字，现为“12件”"
    assert entry.advice({}, "en").startswith("enter")


def test_what_is_not_catalogued() -> None:
    with pytest.raises(KeyError):
        words.finding("NOTHING")
    with pytest.raises(KeyError):
        words.mistake("NOTHING")
    assert words.message("wrote", "zh", path="x") == "已写 x"
