"""What checks may look at beside the form and the submission: nothing that is read from outside while checking."""

from dataclasses import dataclass

from tianbao.submission import Submission


@dataclass(frozen=True, slots=True)
class Context:
    """`previous`: last year's submission of the same agency; `edition_due`: the edition of the year ("": unknown)."""

    previous: Submission | None = None
    edition_due: str = ""
