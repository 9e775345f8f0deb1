"""What a stamp pours: the contents of all varying cells of one submission, each as a piece of XML."""

from collections.abc import Mapping
from dataclasses import replace

from tianbao.rules.evaluate import text_length
from tianbao.submission import Agency, Submission
from tianbao.workbook.a1 import Place
from tianbao.workbook.layout import CHECKS, COVER, COVER_AGENCY, EXPLANATION, KEY
from tianbao.workbook.plan import Content, Issue
from tianbao.workbook.results import Results, levels_of
from tianbao.workbook.sheet_checks import explainable, free_explanations
from tianbao.workbook.sheet_cover import state_counts
from tianbao.workbook.sheet_table import missing_words
from tianbao.workbook.sheet_text import entry_height
from tianbao.workbook.stamp.results import Reckoner
from tianbao.workbook.stamp.text import EMPTY, escaped, height, inside
from tianbao.workbook.write import Totals

Key = tuple[str, str]
"""A slot of the plan, or what only the bytes know: ("height", section) of its rows, ("title", "") of the document."""
Filling = dict[Key, str]


class Filler:
    """What is known of a form before any submission; `formulas` are those of the totals, as they stand in the XML."""

    def __init__(self, base: Content, formulas: Mapping[str, str]) -> None:
        self._base, self._form, self._layout = base, base.form, base.layout
        self._reckoner = Reckoner(base.form, base.layout)
        self._levels = levels_of(base)
        self._formulas = {address: f">{formula}<v>" for address, formula in formulas.items()}
        self._totals = {address for address, cell in base.form.cells.items() if cell.total is not None}
        self._tables = {
            section: [box.address for box in grid.boxes if box.role == "value"]
            for section, grid in base.layout.grids.items()
        }
        self._asking = [line for line in base.layout.lines if line.kind == "blanks"]
        self._explained = [
            (line.key, Place(CHECKS, line.row, EXPLANATION))
            for line in base.layout.lines
            if line.kind != "free" and explainable(line, self._levels)
        ]
        self._free = [(str(at), line.row) for at, line in enumerate(base.layout.lines) if line.kind == "free"]

    def content(self, submission: Submission, totals: Totals) -> Content:
        """The twin of write.filled_content, for the year that the stamp was made for."""
        agency: Agency | None = submission.agency if submission.agency.name.strip() else None
        given = {address: entry.value for address, entry in submission.entries.items()}
        typed = frozenset(address for address in given if address in self._totals) if totals == "typed" else frozenset()
        values = self._reckoner.values(given, typed)
        return replace(
            self._base,
            issue=Issue(submission.year, agency, self._base.issue.deadline),
            values=values,
            texts=submission.texts,
            explanations={key: text for key, text in submission.explanations.items() if text.strip()},
            signoff=submission.signoff,
            typed=typed,
            checksum=self._reckoner.checksum(values),
        )

    def lights(self, content: Content) -> Mapping[str, str]:
        """The light of every line of 校验."""
        return self._reckoner.results(content).lights

    def for_agency(self, agency: Agency | None) -> Filling:
        """What differs between two empty workbooks."""
        name = agency.name if agency else ""
        return {
            ("agency", ""): inside(name, Place(COVER, *COVER_AGENCY)),
            ("code", ""): inside(agency.code if agency else None, Place(COVER, *COVER_AGENCY)),
            ("title", ""): escaped(self._form.report_title(name, self._base.issue.year)),
        }

    def filling(self, content: Content) -> Filling:
        """What stands in every slot. Raises DoesNotFit at the first text that is too long."""
        filling = self.for_agency(content.issue.agency)
        for line in self._form.signoff:
            place = self._layout.places[f"signoff.{line.id}"]
            filling["signoff", line.id] = inside(content.signoff.get(line.id), place)
        for section in self._form.sections:
            if section.blocks:
                self._figures(filling, content, self._tables[section.id])
            elif section.narrative:
                text = content.texts.get(section.id, "")
                filling["text", section.id] = inside(text, self._layout.places[section.id])
                filling["length", section.id] = f"字数：{text_length(text)}"
                filling["height", section.id] = height(entry_height(section.narrative, text))
        self._explanations(filling, content)
        self._results(filling, content)
        return filling

    def _figures(self, filling: Filling, content: Content, addresses: list[str]) -> None:
        values, typed, formulas = content.values, content.typed, self._formulas
        for address in addresses:
            value = values[address]
            number = value.number
            if address in formulas and address not in typed:
                filling["value", address] = f"{formulas[address]}{0 if number is None else number}</v></c>"
            elif number is not None:
                filling["value", address] = f"><v>{number:.16G}</v></c>"
            elif value.raw is None:
                filling["value", address] = EMPTY
            else:
                filling["value", address] = inside(value.raw, self._layout.places[address])

    def _explanations(self, filling: Filling, content: Content) -> None:
        given = content.explanations
        for key, place in self._explained:
            filling["explanation", key] = inside(given[key], place) if key in given else EMPTY
        free = iter(free_explanations(content, self._levels) if given else ())
        for at, row in self._free:
            key, text = next(free, ("", ""))
            filling["free-key", at] = inside(key, Place(CHECKS, row, KEY))
            filling["free-text", at] = inside(text, Place(CHECKS, row, EXPLANATION))

    def _results(self, filling: Filling, content: Content) -> None:
        found = self._reckoner.results(content)
        for key, light in found.lights.items():
            filling["light", key] = light
        for key, sides in found.sides.items():
            filling["left", key] = str(sides.left)
            filling["right", key] = str(sides.right)
            filling["delta", key] = str(sides.delta)
        for key, count in found.counts.items():
            filling["count", key] = str(count)
        for line in self._asking:
            filling["missing", line.subject] = missing_words(found.counts[line.key])
        results = Results({}, found.lights, found.counts)
        nameless = content.issue.agency is None
        light, errors, queries = results.overall(self._levels, content.explanations, nameless)
        filling["state", ""], filling["state-counts", ""] = light, state_counts(errors, queries)
        filling["checksum", ""] = content.checksum
        filling["checksum-line", ""] = f"数据校验码：{content.checksum}"
