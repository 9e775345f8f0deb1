"""What every formula of a filled workbook shows: computed here, so that the stored results are right from the start."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tianbao.forms.model import Instance, Kind
from tianbao.rules.evaluate import Lookup, Outcome, Reason, evaluate, text_length
from tianbao.rules.expr import Ref, refs
from tianbao.values import Value, places_of, understand
from tianbao.workbook.formula import FAIL, LATER, OPEN, PASS
from tianbao.workbook.plan import Content

_WORDS = {"holds": PASS, "broken": FAIL, "undecided": OPEN}

ERROR, QUERY, NOTICE = "错误", "需说明", "提示"
LEVELS = {"error": ERROR, "query": QUERY, "notice": NOTICE}
READY, EXPLAIN, NOT_READY = "可上报", "需说明", "不可上报"


@dataclass(frozen=True, slots=True)
class Results:
    """The outcome of every rule instance, by key, and the light of every line of 校验."""

    outcomes: Mapping[str, Outcome] = field(hash=False)
    lights: Mapping[str, str] = field(hash=False)
    counts: Mapping[str, int] = field(hash=False)

    def overall(self, levels: Mapping[str, str], explained: Mapping[str, str], nameless: bool) -> tuple[str, int, int]:
        """(light of the cover, open errors, unexplained queries) over the lines; a missing agency is an error."""
        errors = int(nameless) + sum(
            1 for key, light in self.lights.items() if light == FAIL and levels.get(key) == ERROR
        )
        queries = sum(
            1
            for key, light in self.lights.items()
            if light == FAIL and levels.get(key) == QUERY and text_length(explained.get(key, "")) == 0
        )
        return (NOT_READY if errors else EXPLAIN if queries else READY), errors, queries


def in_sheet(instance: Instance) -> bool:
    """Whether the sheet itself can decide the rule: it names nothing but this workbook's cells."""
    return not any(ref.scope for ref in refs(instance.expr))


def lookup_in(values: Mapping[str, Value], texts: Mapping[str, str]) -> Lookup:
    """Cells and narratives of one workbook; last year is not there."""

    def lookup(ref: Ref) -> Value | Reason:
        if ref.scope:
            return Reason(ref.scope, ref.address)
        if ref.address in values:
            return values[ref.address]
        return understand(texts.get(ref.address))

    return lookup


def results_of(content: Content) -> Results:
    """The results over the content's values as they will stand in the cells."""
    lookup = lookup_in(content.values, content.texts)
    outcomes: dict[str, Outcome] = {}
    lights: dict[str, str] = {}
    counts: dict[str, int] = {}
    for rule in content.form.rules:
        for instance in rule.instances:
            outcomes[instance.key] = evaluate(instance.expr, lookup)
            lights[instance.key] = _WORDS[outcomes[instance.key].state] if in_sheet(instance) else LATER
    for line in content.layout.lines:
        if line.kind in ("rule", "free"):
            continue
        counts[line.key] = _count(line.kind, line.subject, content)
        lights[line.key] = FAIL if counts[line.key] else PASS
    return Results(outcomes, lights, counts)


def levels_of(content: Content) -> dict[str, str]:
    """The level that stands on each line of 校验."""
    levels = {instance.key: LEVELS[rule.severity] for rule in content.form.rules for instance in rule.instances}
    for line in content.layout.lines:
        if line.kind == "blanks":
            levels[line.key] = QUERY
        elif line.kind == "text":
            narrative = content.form.narratives[line.subject].narrative
            levels[line.key] = {"must": ERROR, "ask": QUERY}.get(narrative.blank if narrative else "", NOTICE)
        elif line.kind == "places":
            levels[line.key] = QUERY
        elif line.kind in ("types", "musts"):
            levels[line.key] = ERROR
    return levels


def length_of(content: Content, section: str) -> int:
    """Characters of a narrative as its live count shows them."""
    return text_length(content.texts.get(section, ""))


def blank_count(content: Content, section: str, policy: str) -> int:
    """Cells of a table with that policy that hold nothing or a mark."""
    cells = content.form.section(section).cells
    return sum(
        1 for cell in cells if cell.kind.blank == policy and content.values[cell.address].kind in ("blank", "mark")
    )


def _count(kind: str, subject: str, content: Content) -> int:
    section = content.form.section(subject)
    if kind == "text":
        narrative = section.narrative
        if narrative is None or narrative.blank in ("may", "zero"):
            return 0
        return int(length_of(content, subject) == 0)
    if kind == "places":
        return sum(too_long(content.values[cell.address], cell.kind) for cell in section.cells if cell.total is None)
    if kind != "types":
        return blank_count(content, subject, "ask" if kind == "blanks" else "must")
    return sum(wrong_figures(content.values[cell.address], cell.kind) for cell in section.cells if cell.kind.numeric)


def too_long(value: Value, kind: Kind) -> bool:
    """Whether an amount has more decimals than it may have."""
    return kind.value == "amount" and value.number is not None and places_of(value.number) > kind.places


def wrong_figures(value: Value, kind: Kind) -> int:
    """How often the formula of workbook/formula.type_errors counts the cell."""
    if value.number is None:
        return int(value.kind == "text")
    least = 0 if kind.least is None and kind.value != "change" else kind.least
    below = least is not None and value.number < least
    above = kind.most is not None and value.number > kind.most
    return int(below) + int(above) + int(kind.value != "amount" and places_of(value.number) > 0)
