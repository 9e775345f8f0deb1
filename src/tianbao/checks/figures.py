"""What stands in the cells of a submission, gathered once in the order of the form for all checks."""

from dataclasses import dataclass
from functools import lru_cache

from tianbao.forms.model import Form
from tianbao.submission import Entry, Submission
from tianbao.values import BLANK, Number, Value

_NOTHING = Entry(BLANK)


@dataclass(frozen=True, slots=True)
class Figures:
    """One item for each cell. `counted`: the numbers as sums take them, 0 for whatever is none.

    `blank` and `text` are the places of blanks and marks, and of texts. `whole`: every number is an int.
    """

    entries: list[Entry]
    values: list[Value]
    numbers: list[Number | None]
    counted: list[Number]
    blank: list[int]
    text: list[int]
    whole: bool

    @property
    def full(self) -> bool:
        """Whether a number stands in every cell."""
        return not (self.blank or self.text)


def figures_of(form: Form, submission: Submission) -> Figures:
    """The figures of a submission; a missing entry is a blank."""
    get = submission.entries.get
    entries = [get(address, _NOTHING) for address in form.cells]
    values = [entry.value for entry in entries]
    numbers = [value.number for value in values]
    kinds = set(map(type, numbers))
    if type(None) not in kinds:
        return Figures(entries, values, numbers, numbers, [], [], kinds == {int})  # type: ignore[arg-type]
    blank: list[int] = []
    text: list[int] = []
    for place, value in enumerate(values):
        if value.number is None:
            (text if value.kind == "text" else blank).append(place)
    counted = [number or 0 for number in numbers]
    return Figures(entries, values, numbers, counted, blank, text, kinds <= {int, type(None)})


@lru_cache(maxsize=16)
def places_in(form: Form) -> dict[str, int]:
    """Address → its place among the figures."""
    return {address: place for place, address in enumerate(form.cells)}
