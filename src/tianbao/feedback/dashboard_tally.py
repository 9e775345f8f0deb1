"""What the dashboard counts before it lists anything: verdicts, rules, severities, agencies × rules."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tianbao.catalogue.words import Language
from tianbao.feedback.answer import Answer
from tianbao.feedback.entry_words import SEVERITIES, Entry, agency_name, basis_words, form_of, rule_words, shortened

_ABOUT = 200
_WEIGHT = {"error": 0, "query": 1, "notice": 2}


@dataclass(slots=True)
class RuleCount:
    """One rule: what it is about, its gravest severity, its findings and the files that have any."""

    id: str
    about: str
    basis: str
    severity: str
    findings: int = 0
    files: int = 0

    @property
    def order(self) -> tuple[int, int, str]:
        """Errors first, then the most frequent."""
        return _WEIGHT[self.severity], -self.findings, self.id


@dataclass(slots=True)
class AgencyCount:
    """One agency: its number on the page and its findings by severity."""

    number: int
    name: str
    severities: Counter[str] = field(default_factory=Counter)

    @property
    def order(self) -> tuple[int, ...]:
        """Most errors first, then most queries, then most findings."""
        return (*(-self.severities[severity] for severity in SEVERITIES), self.number)


@dataclass(slots=True)
class Tally:
    """All counts of one check; grows with agencies × rules that have findings, not with files."""

    verdicts: Counter[str] = field(default_factory=Counter)
    severities: Counter[str] = field(default_factory=Counter)
    rules: dict[str, RuleCount] = field(default_factory=dict)
    agencies: dict[tuple[str, str], AgencyCount] = field(default_factory=dict)
    cells: Counter[tuple[int, str]] = field(default_factory=Counter)

    def number(self, entry: Entry) -> int | None:
        """The agency's number on the page; None where none was read."""
        agency = entry["agency"]
        return None if agency is None else self.agencies[agency["name"], agency["code"] or ""].number

    def rules_in_order(self) -> list[RuleCount]:
        """Errors first, then the most frequent."""
        return sorted(self.rules.values(), key=lambda rule: rule.order)


def tally(answers: Iterable[Answer], language: Language) -> Tally:
    """The counts of all answers."""
    made = Tally()
    for answer in answers:
        _add(made, answer.entry, language)
    return made


def _add(made: Tally, entry: Entry, language: Language) -> None:
    made.verdicts[entry["verdict"]] += 1
    agency = entry["agency"]
    row = None
    if agency is not None:
        key = (agency["name"], agency["code"] or "")
        row = made.agencies.get(key)
        if row is None:
            row = made.agencies[key] = AgencyCount(len(made.agencies), agency_name(entry, language))
    touched = set()
    for found in entry["findings"]:
        rule_id, severity = found["rule"], found["severity"]
        made.severities[severity] += 1
        rule = made.rules.get(rule_id)
        if rule is None:
            form = form_of(entry)
            about = shortened(rule_words(found, form), _ABOUT)
            basis = basis_words(found, form, language)
            rule = made.rules[rule_id] = RuleCount(rule_id, about, basis, severity)
        if _WEIGHT[severity] < _WEIGHT[rule.severity]:
            rule.severity, rule.about = severity, shortened(rule_words(found, form_of(entry)), _ABOUT)
        rule.findings += 1
        rule.files += rule_id not in touched
        touched.add(rule_id)
        if row is not None:
            row.severities[severity] += 1
            made.cells[row.number, rule_id] += 1
