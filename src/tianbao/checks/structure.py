"""What happened to the workbook: the reader states it, here it is judged."""

from collections.abc import Iterator

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.findings import Finding
from tianbao.forms.model import Form
from tianbao.submission import Observation, Submission

_RULE_OF = {
    "not-found": "STRUCT-LOST",
    "name-and-heading-differ": "STRUCT-DIFFER",
    "moved": "STRUCT-MOVED",
    "names-lost": "STRUCT-NAMES",
    "sheet-unprotected": "STRUCT-UNPROTECTED",
    "joined-text": "TEXT-JOINED",
    "repeated-sheet": "STRUCT-COPY",
    "headings-lost": "STRUCT-HEADINGS",
    "stray-figure": "STRUCT-STRAY",
    "unknown-field": "FIELD-UNKNOWN",
}


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:  # noqa: ARG001
    """STRUCT-*, TEXT-JOINED."""
    for observation in submission.observations:
        yield _finding(observation)


def unread(submission: Submission) -> frozenset[str]:
    """Addresses that have no value because they could not be found: rules over them are undecided, not broken."""
    return frozenset(
        observation.facts["address"]
        for observation in submission.observations
        if observation.kind in ("not-found", "name-and-heading-differ")
    )


def _finding(observation: Observation) -> Finding:
    rule = _RULE_OF[observation.kind]
    address = observation.facts.get("address", "")
    return Finding(
        rule,
        f"{rule}[{address or observation.place}]",
        words.finding(rule).severity,
        "any",
        (address,) if address else (),
        places=(observation.place,) if observation.place else (),
        facts=dict(observation.facts),
    )
