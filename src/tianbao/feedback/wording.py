"""Finding → words: 位置 — 现值 — 应为 — 依据 — 怎么改, in the language asked for. The last step of all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.checks.diagnose import is_hint
from tianbao.findings import Fact, Finding, Undecided
from tianbao.forms.model import Form, Rule
from tianbao.values import Raw, understand

_PLACES = 3
_LONGEST = 60
"""Characters of a cell's content that a message repeats."""
_LONGEST_FACT = 1_000
"""Characters of any other fact: names of sheets, texts on the cover."""


@dataclass(frozen=True, slots=True)
class Worded:
    """What people read of a finding."""

    where: str
    found: str
    expected: str
    basis: str
    message: str
    fix: str


def worded(finding: Finding, form: Form | None, language: Language) -> Worded:
    """The words for a finding; `form` is None where the file could not be read."""
    own = form is not None and form.has_rule(finding.rule)
    entry = words.finding("RULE" if own else finding.rule, finding.case or "any")
    facts = {
        **{name: _short(fact) for name, fact in finding.facts.items()},
        "found": _shown(finding, "found", finding.found),
        "expected": _shown(finding, "expected", finding.expected),
    }
    facts["delta"] = _text(finding.facts.get("delta"))
    return Worded(
        where(finding.addresses, finding.places, form),
        str(facts["found"]),
        str(facts["expected"]),
        basis(finding.rule, form, language),
        entry.message(facts, language),
        entry.advice(facts, language),
    )


def reason_words(undecided: Undecided, form: Form, language: Language) -> str:
    """Why a rule could not be decided, in one line."""
    return _reasons(undecided.reasons, form, language)


def folded_reasons(undecided: Iterable[Undecided], form: Form, language: Language) -> list[tuple[str, list[Undecided]]]:
    """The rules that could not be decided for one kind of reason, and that reason with the first of all its cells."""
    alike: dict[tuple[str, ...], list[Undecided]] = {}
    for found in undecided:
        alike.setdefault(tuple(dict.fromkeys(cause for cause, _ in found.reasons)), []).append(found)
    return [
        (_reasons(tuple(dict.fromkeys(reason for each in group for reason in each.reasons)), form, language), group)
        for group in alike.values()
    ]


@lru_cache(maxsize=512)
def _reasons(reasons: tuple[tuple[str, str], ...], form: Form, language: Language) -> str:
    """The same few reasons come with nearly every submission: no last year's report."""
    parts: dict[str, list[str]] = {}
    for cause, address in reasons:
        parts.setdefault(cause, []).append(form.where(address) if address else "")
    return "；".join(
        words.message(f"undecided-{cause}", language, cells="、".join(found[:3]) + (" 等" if len(found) > 3 else ""))
        for cause, found in parts.items()
    )


def own_rule(rule_id: str, form: Form | None) -> Rule | None:
    """The rule of the form with that id; None for what no form defines."""
    return form.rule(rule_id) if form is not None and form.has_rule(rule_id) else None


def basis(rule_id: str, form: Form | None, language: Language) -> str:
    """依据: the source that the form names, or that it is a requirement of filling in."""
    own = own_rule(rule_id, form)
    said = "basis-hint" if is_hint(rule_id) else "basis-type"
    return (own.source if own else "") or words.message(said, language, rule=rule_id)


def _shown(finding: Finding, name: str, value: Raw) -> str:
    shown = _text(value) if value is not None else str(finding.facts.get(name, "") or "")
    return shown if len(shown) <= _LONGEST else shown[:_LONGEST] + "…"


def _short(fact: Fact) -> Fact:
    long = isinstance(fact, str) and len(fact) > _LONGEST_FACT
    return f"{str(fact)[:_LONGEST_FACT]}…" if long else fact


def _text(value: object) -> str:
    return "" if value is None else understand(value).text


def _listed(places: Sequence[str]) -> str:
    """三、申请!D5、D6、D28 等: the sheet's name once."""
    sheet = places[0].rpartition("!")[0] if places else ""
    short = [place.removeprefix(f"{sheet}!") if number else place for number, place in enumerate(places[:_PLACES])]
    return "、".join(short) + (" 等" if len(places) > _PLACES else "")


def where(addresses: Sequence[str], places: Sequence[str], form: Form | None) -> str:
    """位置: the cell in words, or the section of several cells, and where they stand in the workbook."""
    listed = _listed(places)
    if form is None or not addresses:
        return listed
    first = form.where(addresses[0])
    section = first.split(" · ", maxsplit=1)[0]
    named = first if len(addresses) == 1 else section
    return f"{named}（{listed}）" if listed else named
