"""Is it known who reports, and is it the edition that the year has?"""

from collections.abc import Iterator

from tianbao.catalogue import words
from tianbao.checks.context import Context
from tianbao.findings import Finding, digest
from tianbao.forms.model import Form
from tianbao.rules.evaluate import text_length
from tianbao.submission import Submission
from tianbao.values import understand


def check(form: Form, submission: Submission, context: Context) -> Iterator[Finding]:
    """AGENCY-BLANK, YEAR-EDITION."""
    if text_length(submission.agency.name) == 0:
        yield Finding("AGENCY-BLANK", "AGENCY-BLANK", words.finding("AGENCY-BLANK").severity, "any")
    if context.edition_due != form.edition:
        facts = {
            "year": str(submission.year),
            "expected": context.edition_due or "—",
            "edition": form.edition,
        }
        operands = [("year", understand(submission.year)), ("edition", understand(form.edition))]
        severity = words.finding("YEAR-EDITION").severity
        yield Finding("YEAR-EDITION", "YEAR-EDITION", severity, "any", (), digest(operands), facts=facts)
