"""What must come out for each thing of a pile, and how a result of `tianbao check --json` is held against it."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

FORM_RULES = ("T2-", "T3-", "T4-", "N1-", "N5-", "N6-", "XY-")
"""Rules of the forms; everything else says something about the file or about what stands in a cell."""
FIGURES = ("T3-", "T4-", "TYPE-")
"""What damage to the template must never produce."""
PASSED, QUERIED, FAILED, UNREADABLE = ("passed",), ("queried",), ("failed",), ("unreadable",)
NOT_FAILED = PASSED + QUERIED
NOT_PASSED = QUERIED + FAILED


@dataclass(frozen=True)
class Expectation:
    """The verdicts that are right; ids or keys that begin with one of `must` appear, with `never` none does.

    `named`: at least one finding is about the file, not about a rule of the form.
    """

    verdicts: tuple[str, ...]
    must: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    named: bool = False


@dataclass(frozen=True)
class Thing:
    """Something that arrives: bytes under a name with that suffix, and what must come out. None: passed over."""

    kind: str
    data: bytes
    expectation: Expectation | None
    suffix: str = ".xlsx"


@dataclass(frozen=True)
class Expected:
    """One line of the truth. `source` is exact; for a member of a mail box only `within` and `ends` are known."""

    kind: str
    source: str
    expectation: Expectation | None
    sha256: str | None = None
    ends: str = ""

    def is_for(self, source: str, sha256: str | None) -> bool:
        if not self.ends:
            return source == self.source
        same = self.sha256 is None or sha256 is None or sha256 == self.sha256
        return source.startswith(self.source) and source.endswith(self.ends) and same


@dataclass(frozen=True)
class Truth:
    """All that must come out of a pile: each expected thing once and nothing else."""

    expected: tuple[Expected, ...]
    passwords: tuple[str, ...] = ()
    duplicates: tuple[tuple[str, str], ...] = ()
    versions: tuple[tuple[str, ...], ...] = ()
    same_figures: tuple[tuple[str, str], ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def disagreements(truth: Truth, result: Mapping[str, Any]) -> list[str]:
    """Every line of the truth that came out otherwise, what is lost, what came twice and what nobody expected."""
    entries = [(entry["source"], entry["sha256"], entry) for entry in result["submissions"]]
    over = [(each["source"], None, None) for each in result["passed_over"]]
    left = [*entries, *over]
    wrong = []
    # exact names first, so that a loose one takes what is left
    for expected in sorted(truth.expected, key=lambda each: bool(each.ends)):
        found = next((at for at, (source, digest, _) in enumerate(left) if expected.is_for(source, digest)), None)
        if found is None:
            wrong.append(f"{expected.kind}: {expected.source}{expected.ends}: lost")
            continue
        source, digest, entry = left.pop(found)
        wrong += [f"{expected.kind}: {source}: {said}" for said in differences(expected, digest, entry)]
    wrong += [
        f"nobody expected: {source} ({'passed over' if entry is None else entry['verdict']})"
        for source, _, entry in left
    ]
    return wrong


def differences(expected: Expected, digest: str | None, entry: Mapping[str, Any] | None) -> Iterable[str]:
    """How one entry (None: passed over) differs from what must come out."""
    wanted = expected.expectation
    if wanted is None or entry is None:
        if (wanted is None) != (entry is None):
            yield f"passed over instead of {wanted.verdicts}" if wanted else f"{_said(entry)} instead of passed over"
        return
    rules = [finding["rule"] for finding in entry["findings"]] + [finding["key"] for finding in entry["findings"]]
    if entry["verdict"] not in wanted.verdicts:
        yield f"{_said(entry)} instead of {' or '.join(wanted.verdicts)}"
    for prefix in wanted.must:
        if not any(rule.startswith(prefix) for rule in rules):
            yield f"no {prefix} among {_said(entry)}"
    bad = sorted({rule for rule in rules if rule.startswith(wanted.never)} if wanted.never else ())
    if bad:
        yield f"must not say {', '.join(bad[:6])}"
    if wanted.named and all(rule.startswith(FORM_RULES) for rule in rules):
        yield "nothing is said about the file"
    if expected.sha256 and digest and digest != expected.sha256:
        yield "sha256 is not that of the bytes as received"


def _said(entry: Mapping[str, Any] | None) -> str:
    if entry is None:
        return "passed over"
    keys = sorted({finding["key"] for finding in entry["findings"]})
    return f"{entry['verdict']} ({', '.join(keys[:4])}{' …' if len(keys) > 4 else ''})"


def as_member(thing: Expected, container: str, name: str) -> Expected:
    """The same thing as a member of an archive."""
    return replace(thing, source=f"{container}/{name}")
