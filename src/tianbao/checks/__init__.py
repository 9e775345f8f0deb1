"""Checks that look at a submission and yield findings.

A check never raises on what a clerk wrote, never prints, and changes nothing. `CHECKS` lists them, root causes first.
"""

from dataclasses import replace

from tianbao.checks import blanks, diagnose, identity, rules, structure, totals, types
from tianbao.checks.context import Context
from tianbao.checks.figures import figures_of
from tianbao.findings import Finding, Undecided
from tianbao.forms.model import Form
from tianbao.submission import Submission

CHECKS = (identity.check, structure.check, types.check, totals.check, blanks.check)

__all__ = ["CHECKS", "Context", "check_submission", "figures_of"]


def check_submission(
    form: Form, submission: Submission, context: Context
) -> tuple[tuple[Finding, ...], tuple[Undecided, ...]]:
    """All findings at once, errors first and within them root causes first; and what could not be decided.

    Explanations of the submission are put to their queries. Where a rule is broken, the smallest correction that
    would satisfy it is added as a hint, if there is exactly one.
    """
    if context.figures is None:
        context = replace(context, figures=figures_of(form, submission))
    found = [finding for check in CHECKS for finding in check(form, submission, context)]
    broken, undecided = rules.judge(form, submission, context)
    found += broken
    explained = [_explained(finding, submission) for finding in found]
    return diagnose.ordered(diagnose.with_hints(form, submission, context, explained)), tuple(undecided)


def _explained(finding: Finding, submission: Submission) -> Finding:
    # the sheet has one line for a whole table: TYPE-FEE[proactive] also answers TYPE-FEE[proactive.fees.amount]
    table = f"{finding.rule}[{finding.addresses[0].partition('.')[0]}]" if finding.addresses else finding.key
    given = submission.explanations
    text = (given.get(finding.key) or given.get(table, "")).strip()
    return replace(finding, explanation=text) if text and finding.severity == "query" else finding
