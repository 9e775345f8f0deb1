"""What checking found: findings with a key that explanations and decisions bind to, undecided rules, verdicts."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from tianbao.submission import Submission
from tianbao.values import Number, Raw, Value, to_json

Severity = Literal["error", "query", "notice"]
Verdict = Literal["passed", "queried", "failed", "unreadable"]

Fact = str | Number | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem. `case` chooses the wording among those of the rule; messages are worded last, from the facts.

    `addresses` are all cells of the instance and no others; `values` is the digest of what stood in them.
    `found` and `expected` are the two sides where there are two. `cause`: the key of the finding that this one
    follows from, "" where it is not known to follow from any.
    """

    rule: str
    key: str
    severity: Severity
    case: str = ""
    addresses: tuple[str, ...] = ()
    values: str = ""
    places: tuple[str, ...] = ()
    found: Raw = None
    expected: Raw = None
    facts: Mapping[str, Fact] = field(default_factory=dict, hash=False)
    explanation: str | None = None
    cause: str = ""

    @property
    def open(self) -> bool:
        """Whether somebody still has to act: every error, and a query without explanation."""
        return self.severity == "error" or (self.severity == "query" and self.explanation is None)


@dataclass(frozen=True, slots=True)
class Undecided:
    """A rule instance that could not be decided, and why (ids of the catalogue's reasons with the cell)."""

    rule: str
    key: str
    addresses: tuple[str, ...]
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """The result for one source: the unit of the check JSON. `submission` is None where it could not be read."""

    source: str
    sha256: str | None
    verdict: Verdict
    findings: tuple[Finding, ...]
    undecided: tuple[Undecided, ...] = ()
    submission: Submission | None = None
    checksum: str = ""


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Something that is no submission and was not looked into; `reason` is an id of the catalogue."""

    source: str
    reason: str


def digest(values: Iterable[tuple[str, Value]]) -> str:
    """What explanations and decisions bind to: the operands as they stood, order kept."""
    data = [(address, str(to_json(value)), value.kind) for address, value in values]
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """failed by an error, queried by an unexplained query, else passed."""
    still_open = [finding.severity for finding in findings if finding.open]
    if "error" in still_open:
        return "failed"
    return "queried" if still_open else "passed"
