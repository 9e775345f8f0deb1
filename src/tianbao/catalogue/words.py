"""Lookup in the catalogue: severity and wording by id and case. The texts stand in the .toml files beside this one."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One wording: how serious, what is said, what to do, and what the agency is asked to do where the officer's advice
    is not for it. `{names}` are facts.
    """

    severity: Literal["error", "query", "notice"]
    said: Mapping[str, str]
    fix: Mapping[str, str]
    ask: Mapping[str, str]

    def message(self, facts: Mapping[str, object], language: Language) -> str:
        """What is wrong, with the facts put in."""
        return fill(self.said[language], facts)

    def advice(self, facts: Mapping[str, object], language: Language) -> str:
        """What to do, with the facts put in."""
        return fill(self.fix[language], facts)

    def request(self, facts: Mapping[str, object], language: Language) -> str:
        """What the agency is asked to do, with the facts put in; "" where there is nothing for it to do."""
        return fill(self.ask[language], facts)


class _Facts(dict[str, object]):
    """A fact that is not known is left out, never an error while reporting one."""

    def __missing__(self, key: str) -> str:
        return ""


def fill(text: str, facts: Mapping[str, object]) -> str:
    """The text with its {names} replaced; facts are put in as they are and never read as templates."""
    return text.format_map(_Facts({key: "" if value is None else value for key, value in facts.items()}))


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text("utf-8"))


@cache
def _findings() -> dict[str, Any]:
    """All files of catalogue/findings, one for each family of ids."""
    folder = Path(__file__).with_name("findings")
    texts = [entry.read_text("utf-8") for entry in sorted(folder.glob("*.toml"))]
    return {rule: cases for text in texts for rule, cases in tomllib.loads(text).items()}


def finding(rule: str, case: str = "any") -> Entry:
    """The wording of a finding that no form defines. Raises KeyError for what is not catalogued."""
    return _entry(_findings()[rule][case])


def findings() -> Mapping[str, Mapping[str, Entry]]:
    """All of them: id → case → wording."""
    return {rule: {case: _entry(raw) for case, raw in cases.items()} for rule, cases in _findings().items()}


def mistake(mistake_id: str) -> Entry:
    """The wording of a form author's mistake."""
    return _entry(_table("mistakes")[mistake_id])


def mistakes() -> tuple[str, ...]:
    """Ids of all mistakes."""
    return tuple(_table("mistakes"))


def message(key: str, language: Language, /, **facts: object) -> str:
    """A message of the command line."""
    return fill(str(_table("messages")[key][language]), facts)


def label(key: str, language: Language, /, **facts: object) -> str:
    """A word or sentence of the pages and lists about many files."""
    return fill(str(_table("labels")[key][language]), facts)


def labels(language: Language) -> Mapping[str, str]:
    """All of them, with their {names} open."""
    return {key: str(said[language]) for key, said in _table("labels").items()}


def _entry(raw: Mapping[str, str]) -> Entry:
    severity = raw.get("severity", "error")
    return Entry(
        "query" if severity == "query" else "notice" if severity == "notice" else "error",
        {"zh": raw["zh"], "en": raw["en"]},
        {"zh": raw.get("fix_zh", ""), "en": raw.get("fix_en", "")},
        {"zh": raw.get("ask_zh", raw.get("fix_zh", "")), "en": raw.get("ask_en", raw.get("fix_en", ""))},
    )
