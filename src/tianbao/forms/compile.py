"""Definition text → Form. All mistakes of the author at once, or a form that is complete."""

from collections.abc import Mapping
from typing import Any

from tianbao.forms.bind import bind_rules
from tianbao.forms.kinds import Said, cross, inherit, kind_of, said_by, unique
from tianbao.forms.model import Block, Cell, Form, Heading, Leaf, Narrative, Section, SignOff
from tianbao.forms.shape import check_shape
from tianbao.forms.source import FormMistakes, Mark, Mistake, Node, read
from tianbao.forms.totals import add_totals

_DEFAULT_LINES = "30"
_RESERVED_SHEETS = ("填报说明", "校验", "_tianbao")


class _Axis:
    """The headings of one axis, with what was said at each leaf beside them."""

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.headings: tuple[Heading, ...] = ()
        self.leaves: list[tuple[Leaf, Said, Node]] = []
        self.nodes = nodes
        self.headings = tuple(heading for node in nodes for heading in [self._heading(node, (), {})])

    def _heading(self, node: Node, path: tuple[Node, ...], outer: Said) -> Heading:
        children = _repeated(node) if "repeat" in node.entries else node.nodes("of")
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
            sum=_summed(node),
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
        root, found = check_shape(root, schema)
        mistakes += found
        form = _form(root, mistakes)
        if not mistakes:
            return form
    ordered = sorted(unique(mistakes), key=lambda mistake: (mistake.mark.line, mistake.mark.column))
    raise FormMistakes(name, text, tuple(ordered))


def _form(root: Node, mistakes: list[Mistake]) -> Form:
    outer = said_by(root)
    places: dict[str, Mark] = {}
    sections = tuple(_section(node, outer, places, mistakes) for node in root.nodes("sections"))
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
    """Ids of sections and names of sheets stand once; the title names nothing unknown."""
    for key, taken in (("id", ()), ("sheet", _RESERVED_SHEETS)):
        seen = dict.fromkeys((word.lower() for word in taken), 0)
        for node in root.nodes("sections"):
            word = node.word(key)
            if word and word.lower() in seen:
                facts = {"key": key, "found": word, "line": str(seen[word.lower()] or "—")}
                mistakes.append(Mistake("FORM-TWICE", node.at(key), facts))
            seen.setdefault(word.lower(), node.at(key).line)
    title = root.word("title").replace("{agency}", "").replace("{year}", "")
    if "{" in title or "}" in title:
        mistakes.append(Mistake("FORM-TITLE", root.at("title"), {}))


def _section(node: Node, form_said: Said, places: dict[str, Mark], mistakes: list[Mistake]) -> Section:
    has_table = any(key in node.entries for key in ("blocks", "rows", "columns"))
    text = node.get("text")
    if (text is None) == (not has_table) or ("blocks" in node.entries and {"rows", "columns"} & node.keys.keys()):
        mistakes.append(Mistake("SECTION-WHAT", node.mark, {"id": node.word("id")}))
    said = inherit(form_said, said_by(node))
    blocks: tuple[Block, ...] = ()
    if has_table:
        nodes = node.nodes("blocks") or (node,)
        blocks = tuple(_block(block, node, said, places, mistakes) for block in nodes)
    narrative = None
    if text is not None:
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


def _block(node: Node, section: Node, section_said: Said, places: dict[str, Mark], mistakes: list[Mistake]) -> Block:
    rows, columns = _Axis(node.nodes("rows")), _Axis(node.nodes("columns"))
    said = section_said if node is section else inherit(section_said, said_by(node))
    cells = []
    for row, row_said, row_node in rows.leaves or [((), {}, node)]:
        for column, column_said, column_node in columns.leaves or [((), {}, node)]:
            ids = [section.word("id"), *(heading.id for heading in (*row, *column) if heading.id)]
            address = ".".join(ids)
            mark = column_node.mark if column else row_node.mark
            # defined names do not tell upper from lower case, and .xls turns their dots into underscores
            name = address.lower().replace(".", "_")
            if name in places:
                facts = {"address": address, "line": str(places[name].line)}
                mistakes.append(Mistake("ADDRESS-TWICE", mark, facts))
                continue
            places[name] = mark
            kind = kind_of(cross(said, row_said, column_said, mistakes), mark, mistakes)
            cells.append(Cell(address, section.word("id"), kind, row, column))
    title = "" if node is section else node.word("title")
    return Block(title, node.word("corner"), rows.headings, columns.headings, tuple(cells))
