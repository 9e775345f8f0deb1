"""Workbooks that the rewriters are tried on: every form, filled with its own figures and with what people write."""

from functools import cache

from tests.workbook.samples import STORY, entries, every_form, full, submission
from tianbao.forms.model import Form
from tianbao.submission import Submission
from tianbao.workbook.write import filled

FORMS = every_form()
_TYPED = ("12件", "１２", "/", " 12 ", "=1+1")


def sent(form: Form) -> Submission:
    """Figures, some typed as people do, texts with line breaks, explanations and names."""
    cells = {address: entry.value.raw for address, entry in full(form).entries.items()}
    odd = dict(zip([a for a in entries(form) if form.cells[a].kind.numeric][5:], _TYPED, strict=False))
    keys = [instance.key for rule in form.rules if rule.severity == "query" for instance in rule.instances]
    return submission(
        form,
        {**cells, **odd},
        texts={**dict.fromkeys(form.narratives, STORY), next(iter(form.narratives)): "\u3000\u3000首行 12 件，第3局"},
        explanations=dict.fromkeys(keys[:1], "机构改革\n“划转”<&>"),
        signoff={line.id: f"签 {line.id}" for line in form.signoff},
    )


@cache
def workbook(name: str) -> bytes:
    """The filled workbook of a form."""
    return filled(FORMS[name], sent(FORMS[name]))
