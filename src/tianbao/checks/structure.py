"""What happened to the workbook: the reader states it, here it is judged."""

from collections.abc import Iterator, Mapping

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.findings import Finding, digest
from tianbao.forms.model import Form
from tianbao.forms.sums import totals_in_order
from tianbao.rules.evaluate import Reason
from tianbao.submission import Entry, Observation, ObservationKind, Submission
from tianbao.values import understand

_RULE_OF: dict[ObservationKind, str] = {
    "no-identity": "STRUCT-UNNAMED",
    "identity-twice": "IDENTITY-TWICE",
    "older-template": "STRUCT-OLDER",
    "agency-differs": "IDENTITY-AGENCY",
    "year-differs": "IDENTITY-YEAR",
    "sheet-missing": "STRUCT-SHEET",
    "sheets-renamed": "STRUCT-RENAMED",
    "sheets-reordered": "STRUCT-ORDER",
    "sheets-added": "STRUCT-ADDED",
    "repeated-sheet": "STRUCT-COPY",
    "sheet-unprotected": "STRUCT-UNPROTECTED",
    "row-lost": "STRUCT-ROW",
    "column-lost": "STRUCT-COLUMN",
    "not-found": "STRUCT-LOST",
    "name-and-heading-differ": "STRUCT-DIFFER",
    "names-lost": "STRUCT-NAMES",
    "names-local": "STRUCT-LOCAL",
    "headings-lost": "STRUCT-HEADINGS",
    "moved": "STRUCT-MOVED",
    "lines-hidden": "STRUCT-HIDDEN",
    "label-changed": "STRUCT-TEXT",
    "labels-changed": "STRUCT-TEXTS",
    "text-added": "STRUCT-NOTE",
    "stray-figure": "STRUCT-STRAY",
    "formulas-changed": "STRUCT-FORMULA",
    "locks-changed": "STRUCT-LOCKS",
    "merges-changed": "STRUCT-MERGES",
    "validations-changed": "STRUCT-LIMITS",
    "comments": "STRUCT-COMMENT",
    "macros": "STRUCT-MACROS",
    "unlocked": "FILE-UNLOCKED",
    "joined-text": "TEXT-JOINED",
    "unknown-field": "FIELD-UNKNOWN",
    "other-format": "STRUCT-FORMAT",
}
"""Which rule judges what was seen."""

UNREAD: frozenset[ObservationKind] = frozenset(
    {"sheet-missing", "row-lost", "column-lost", "not-found", "name-and-heading-differ"}
)
"""What leaves cells without a value."""


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:  # noqa: ARG001
    """STRUCT-*, IDENTITY-*, TEXT-JOINED, FIELD-UNKNOWN."""
    seen = submission.observations
    changed = {observation.place.partition("!")[0] for observation in seen if observation.kind == "label-changed"}
    for observation in seen:
        # a heading that is gone because its text was changed is told once
        if observation.kind != "headings-lost" or observation.place not in changed:
            yield _finding(form, observation)


def unread(form: Form, submission: Submission) -> Mapping[str, Reason]:
    """Addresses whose figure is unknown, and why: cells that could not be found, formulas without a stored result, and
    totals that lack one of these parts. Rules over them are undecided, not broken.
    """
    lost = {
        address: Reason("missing", address)
        for observation in submission.observations
        if observation.kind in UNREAD
        for address in observation.addresses
    }
    for address, entry in submission.entries.items():
        if entry.formula is not None and not entry.intact and _no_result(entry):
            lost[address] = Reason("text", address)
    if lost:
        for cell in totals_in_order(form):
            culprit = next((ref.address for ref in cell.total.refs if ref.address in lost), "") if cell.total else ""
            if culprit and cell.address not in lost:
                lost[cell.address] = lost[culprit]
    return lost


def _no_result(entry: Entry) -> bool:
    return entry.cached is None or entry.cached.kind == "blank"


def _finding(form: Form, observation: Observation) -> Finding:
    rule, case = _RULE_OF[observation.kind], observation.facts.get("case", "any")
    facts = {**observation.facts, "where": form.where(observation.addresses[0]) if observation.addresses else ""}
    shown = [("found", understand(observation.facts.get(key))) for key in ("found", "figure", "shown") if key in facts]
    return Finding(
        rule,
        f"{rule}[{subject}]" if (subject := _subject(observation)) else rule,
        words.finding(rule, case).severity,
        case,
        observation.addresses,
        digest(shown),
        (observation.place,) if observation.place else (),
        facts=facts,
    )


def _subject(observation: Observation) -> str:
    """What stands in the brackets of the key: the field, the first cell, or the place in the workbook."""
    if "address" in observation.facts:
        return observation.facts["address"]
    if observation.addresses and observation.kind not in ("name-and-heading-differ", "sheet-missing", "joined-text"):
        return observation.addresses[0]
    return observation.place
