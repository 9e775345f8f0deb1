"""What checks may look at beside the form and the submission: nothing that is read from outside while checking."""

from dataclasses import dataclass

from tianbao.checks.figures import Figures, figures_of
from tianbao.forms.model import Form
from tianbao.submission import Submission


@dataclass(frozen=True, slots=True)
class Context:
    """`previous`: last year's submission of the same agency; `edition_due`: the edition of the year ("": unknown).

    `figures`: the cells of the submission in the order of the form, gathered once for all checks.
    """

    previous: Submission | None = None
    edition_due: str = ""
    figures: Figures | None = None

    def seen(self, form: Form, submission: Submission) -> Figures:
        """The figures, gathered now where nobody did before."""
        return self.figures or figures_of(form, submission)
