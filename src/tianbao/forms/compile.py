"""Definition text → Form. All mistakes of the author at once, or a form that is complete."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tianbao.forms.bind import bind_rules
from tianbao.forms.kinds import Said, cross, inherit, kind_of, said_by, unique
from tianbao.forms.mistakes import FormMistakes, Mistake
from tianbao.forms.model import Block, Cell, Form, Heading, Leaf, Narrative, Section, SignOff
from tianbao.forms.shape import check_shape
from tianbao.forms.source import Node, read
from tianbao.forms.texts import odd_characters, same_labels
from tianbao.forms.totals import add_totals
from tianbao.rules.parse import KEYWORDS

MOST_CELLS = 10_000
"""A form with more cells is refused: it is a slip in `repeat` or in anchors."""

LONGEST_ADDRESS = 120
"""Characters of an address; with rule ids and places it stays readable, and far from the 255 of a workbook's names."""

_DEFAULT_LINES = "30"
_RESERVED_SHEETS = ("填报说明", "校验", "_tianbao", "history")
_RESERVED_IDS = KEYWORDS | {"previous", "members", "signoff", "tianbao", "true", "false"}
_LIKE_A_CELL = re.compile(r"[a-z]{1,3}[0-9]+|r[0-9]*|c[0-9]*|r[0-9]*c[0-9]*|[0-9].*")
"""No defined name of a workbook may look like this, and no address in a rule begins with a digit."""

_FOLLOWS = {
    **dict.fromkeys(
        ("sections", "blocks", "rows", "columns", "of", "id", "text", "repeat"),
        ("RULE-UNKNOWN", "RULE-EMPTY", "SUM-NOTHING", "SUM-UNKNOWN"),
    ),
    **dict.fromkeys(
        ("value", "unit", "choices"),
        ("RULE-NOT-NUMBER", "RULE-UNITS", "RULE-WORDS", "RULE-CHOICE", "SUM-TEXT", "SUM-UNITS", "VALUE-CHOICES"),
    ),
    "sum": ("RULE-NO-SUM", "RULE-EMPTY"),
    "rule": ("RULE-EMPTY",),
}
"""What is said about a part that was cut out already: the mistakes that only follow from its absence."""


class _Axis:
    """The headings of one axis, with what was said at each leaf beside them."""

    def __init__(self, nodes: tuple[Node, ...], mistakes: list[Mistake]) -> None:
        self.leaves: list[tuple[Leaf, Said, Node]] = []
        self._mistakes = mistakes
        self.headings = tuple(heading for node in nodes for heading in [self._heading(node, (), {})])

    def _heading(self, node: Node, path: tuple[Node, ...], outer: Said) -> Heading:
        children = _repeated(node) if "repeat" in node.entries else node.nodes("of")
        if "repeat" in node.entries and {"of", "sum"} & node.entries.keys():
            self._mistakes.append(Mistake("REPEAT-WHAT", node.at("repeat"), {"label": node.word("label")}))
        said = inherit(outer, said_by(node))
        start = len(self.leaves)
        of = tuple(self._heading(child, (*path, node), said) for child in children)
        heading = Heading(
            label=node.word("label"),
            id=node.word("id"),
            short=node.word("short"),
            also=node.words("also"),
            help=node.word("help"),
            of=of,
            sum=() if "repeat" in node.entries else _summed(node),
            rule=node.word("rule"),
            mark=node.mark,
        )
        if not of:
            self.leaves.append(((heading,), said, node))
        else:
            for place in range(start, len(self.leaves)):
                leaf, said_there, leaf_node = self.leaves[place]
                self.leaves[place] = ((heading, *leaf), said_there, leaf_node)
        return heading


def _summed(node: Node) -> tuple[str, ...]:
    found = node.get("sum")
    return () if found is None else node.words("sum") or (found.text,)


def _repeated(node: Node) -> tuple[Node, ...]:
    mark = node.at("repeat")
    return tuple(
        Node(mark, entries={"id": Node(mark, str(n)), "label": Node(mark, f"第{n}个")}, kind="map")
        for n in range(1, int(node.word("repeat")) + 1)
    )


def compile_form(text: str, name: str, schema: Mapping[str, Any]) -> Form:
    """The Form that the text defines. `name` is for messages; `schema` is form.schema.json.

    Raises FormMistakes with every mistake found, in the order of the file.
    """
    root, mistakes = read(text)
    if not mistakes or root.entries:
        whole = root
        root, found = check_shape(root, schema)
        mistakes += found
        mistakes += odd_characters(root, frozenset(mistake.mark for mistake in mistakes))
        own: list[Mistake] = []
        form = _form(root, own)
        lost = {*_lost(whole, root), *("id" for node in root.nodes("sections") if "id" not in node.keys)}
        lost |= {"rows" for mistake in own if mistake.id == "FORM-LARGE"}
        follow = {name for key in lost for name in _FOLLOWS.get(key, ())}
        follow |= {"ADDRESS-LONG" for mistake in mistakes if mistake.id == "FORM-LONG"}
        mistakes += [mistake for mistake in own if mistake.id not in follow]
        if not mistakes:
            return form
    ordered = sorted(unique(mistakes), key=lambda mistake: (mistake.mark.line, mistake.mark.column))
    raise FormMistakes(name, text, tuple(ordered))


def _lost(before: Node, after: Node, name: str = "") -> Iterator[str]:
    """Names of what was cut out, at any depth; a list that lost an item counts."""
    if len(before.items) != len(after.items):
        yield name
    for was, item in zip(before.items, after.items, strict=False):
        yield from _lost(was, item, name)
    for key in after.keys:
        if key not in after.entries:
            yield key
        elif key in before.entries:
            yield from _lost(before.entries[key], after.entries[key], key)


def _form(root: Node, mistakes: list[Mistake]) -> Form:
    outer = said_by(root)
    names = _Names(mistakes)
    sections = tuple(_section(node, outer, names) for node in root.nodes("sections"))
    _check_names(root, mistakes)
    sections, totals = add_totals(sections, mistakes)
    cells = {cell.address: cell for section in sections for cell in section.cells}
    narratives = {section.id: section for section in sections if section.narrative}
    rules = bind_rules(root.nodes("rules"), sections, totals, mistakes)
    return Form(
        id=root.word("form"),
        edition=root.word("edition"),
        name=root.word("name"),
        title=root.word("title"),
        basis=root.word("basis"),
        years=_years(root, mistakes),
        instructions=root.words("instructions"),
        signoff=tuple(SignOff(node.word("id"), node.word("label")) for node in root.nodes("signoff")),
        sections=sections,
        rules=rules,
        cells=cells,
        narratives=narratives,
    )


def _years(root: Node, mistakes: list[Mistake]) -> tuple[int, int | None]:
    years = root.get("years")
    first = int(years.word("from", "0")) if years else 0
    last = int(years.word("to")) if years and years.word("to") else None
    if years and last is not None and last < first:
        mistakes.append(Mistake("FORM-YEARS", years.at("to"), {"from": str(first), "to": str(last)}))
    return first, last


def _check_names(root: Node, mistakes: list[Mistake]) -> None:
    """Ids and names of sheets stand once, ids can be names in a workbook; the title names nothing unknown."""
    for list_key, key, taken in (
        ("sections", "id", ()),
        ("sections", "sheet", _RESERVED_SHEETS),
        ("signoff", "id", ()),
    ):
        seen = dict.fromkeys((word.lower() for word in taken), 0)
        for node in root.nodes(list_key):
            word = node.word(key)
            if word and word.lower() in seen:
                facts = {"key": key, "found": word, "line": str(seen[word.lower()] or "—")}
                mistakes.append(Mistake("FORM-TWICE", node.at(key), facts))
            seen.setdefault(word.lower(), node.at(key).line)
    for node in root.nodes("sections"):
        word = node.word("id").lower()
        if word in _RESERVED_IDS or _LIKE_A_CELL.fullmatch(word):
            mistakes.append(Mistake("SECTION-ID", node.at("id"), {"found": node.word("id")}))
    title = root.word("title").replace("{agency}", "").replace("{year}", "")
    if "{" in title or "}" in title:
        mistakes.append(Mistake("FORM-TITLE", root.at("title")))


@dataclass(slots=True)
class _Names:
    """Addresses so far, as a workbook tells them apart, each with the nodes of its section, row and column."""

    mistakes: list[Mistake]
    taken: dict[str, tuple[Node, Node, Node]] = field(default_factory=dict)

    def take(self, address: str, section: Node, row: Node, column: Node) -> None:
        """Defined names do not tell upper from lower case, and .xls turns their dots into underscores."""
        if len(address) > LONGEST_ADDRESS:
            facts = {"address": address[:40] + "…", "length": str(len(address)), "limit": str(LONGEST_ADDRESS)}
            self.mistakes.append(Mistake("ADDRESS-LONG", section.at("id"), facts))
        name = address.lower().replace(".", "_")
        if name not in self.taken:
            self.taken[name] = (section, row, column)
            return
        other, other_row, other_column = self.taken[name]
        if other is not section and other.word("id").lower() == section.word("id").lower():
            return  # two sections with one id: FORM-TWICE or FORM-MISSING says so
        here, first = (row, other_row) if row is not other_row else (column, other_column)
        facts = {"address": address, "line": str(first.mark.line)}
        self.mistakes.append(Mistake("ADDRESS-TWICE", here.mark, facts))


def _section(node: Node, form_said: Said, names: _Names) -> Section:
    has_table = bool({"blocks", "rows", "columns"} & node.keys.keys())
    if ("text" in node.keys) == has_table or ("blocks" in node.keys and {"rows", "columns"} & node.keys.keys()):
        names.mistakes.append(Mistake("SECTION-WHAT", node.mark, {"id": node.word("id")}))
    said = inherit(form_said, said_by(node))
    blocks: tuple[Block, ...] = ()
    if has_table:
        nodes = node.nodes("blocks") if "blocks" in node.keys else (node,)
        blocks = tuple(_block(block, node, said, names) for block in nodes)
    narrative = None
    text = node.get("text")
    if text is not None:
        names.take(node.word("id"), node, node, node)
        narrative = Narrative(
            guide=text.word("guide"),
            advice=text.word("advice"),
            lines=int(text.word("lines", _DEFAULT_LINES)),
            blank=said["blank"].text if "blank" in said else "ask",  # type: ignore[arg-type]
        )
    return Section(
        id=node.word("id"),
        title=node.word("title"),
        short=node.word("short") or node.word("title"),
        sheet=node.word("sheet"),
        also=node.words("also"),
        print_title=node.word("print_title") != "no",
        narrative=narrative,
        blocks=blocks,
        notes=node.words("notes"),
    )


def _block(node: Node, section: Node, section_said: Said, names: _Names) -> Block:
    rows, columns = _Axis(node.nodes("rows"), names.mistakes), _Axis(node.nodes("columns"), names.mistakes)
    said = section_said if node is section else inherit(section_said, said_by(node))
    title = "" if node is section else node.word("title")
    if not {"rows", "columns"} & node.keys.keys():
        names.mistakes.append(Mistake("BLOCK-AXES", node.mark))
    if max(len(rows.leaves), 1) * max(len(columns.leaves), 1) + len(names.taken) > MOST_CELLS:
        names.mistakes.append(Mistake("FORM-LARGE", node.mark, {"most": str(MOST_CELLS)}))
        return Block(title, node.word("corner"), (), (), ())
    names.mistakes += (*same_labels(rows.headings), *same_labels(columns.headings))
    cells = []
    for row, row_said, row_node in rows.leaves or [((), {}, node)]:
        for column, column_said, column_node in columns.leaves or [((), {}, node)]:
            ids = [section.word("id"), *(heading.id for heading in (*row, *column) if heading.id)]
            address = ".".join(ids)
            names.take(address, section, row_node, column_node)
            kind = kind_of(cross(said, row_said, column_said, names.mistakes), names.mistakes)
            cells.append(Cell(address, section.word("id"), kind, row, column))
    return Block(title, node.word("corner"), rows.headings, columns.headings, tuple(cells))
