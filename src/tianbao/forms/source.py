"""YAML text → nodes that know their place. Every scalar stays text (01 stays "01", no stays "no")."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from tianbao.forms.mistakes import Mark, Mistake

BOM = "\ufeff"
"""What Windows editors put before the first character: not part of the text."""

MOST_NODES = 20_000
"""A definition with more nodes, every use of an anchor counted in full, is refused (the largest that ships: 800)."""

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_UNPRINTABLE = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Node:
    """A scalar (text), a list or a mapping of the definition. `keys` has the places of a mapping's keys."""

    mark: Mark
    text: str = ""
    items: tuple["Node", ...] = ()
    entries: dict[str, "Node"] = field(default_factory=dict, hash=False)
    keys: dict[str, Mark] = field(default_factory=dict, hash=False)
    kind: str = "text"
    quoted: bool = False

    def get(self, key: str) -> "Node | None":
        """The entry of a mapping."""
        return self.entries.get(key)

    def word(self, key: str, default: str = "") -> str:
        """The text of a scalar entry."""
        found = self.entries.get(key)
        return default if found is None else found.text

    def words(self, key: str) -> tuple[str, ...]:
        """The texts of a list entry."""
        found = self.entries.get(key)
        return () if found is None else tuple(item.text for item in found.items)

    def nodes(self, key: str) -> tuple["Node", ...]:
        """The items of a list entry."""
        found = self.entries.get(key)
        return () if found is None else found.items

    def at(self, key: str) -> Mark:
        """Where the value of an entry stands, or the mapping itself."""
        found = self.entries.get(key)
        return self.mark if found is None else found.mark

    def within(self, at: int, length: int) -> Mark:
        """The place of an offset in a scalar; the scalar itself where escapes or line breaks hide the offset."""
        if self.mark.length - (2 if self.quoted else 0) != len(self.text):
            return self.mark
        return Mark(self.mark.line, self.mark.column + at + (1 if self.quoted else 0), length)

    def plain(self) -> object:
        """As JSON data, every scalar a text."""
        if self.kind == "map":
            return {key: node.plain() for key, node in self.entries.items()}
        return [item.plain() for item in self.items] if self.kind == "list" else self.text

    def find(self, path: Iterator[str | int]) -> "Node":
        """The node at a JSON path."""
        node = self
        for step in path:
            node = node.items[step] if isinstance(step, int) else node.entries[step]
        return node


def read(text: str) -> tuple[Node, list[Mistake]]:
    """The nodes of a YAML text. What cannot be read at all gives one mistake and an empty mapping."""
    text = text.removeprefix(BOM)
    found = _UNPRINTABLE.search(text)
    if found:
        before = lines_of(text[: found.start()])
        problem = f"unreadable character U+{ord(found[0]):04X}"
        return _empty(), [Mistake("YAML-SYNTAX", Mark(len(before), len(before[-1]) + 1), {"problem": problem})]
    builder = _Builder()
    try:
        root = builder.document(text)
    except _Refused as refused:
        return _empty(), [refused.mistake]
    except yaml.MarkedYAMLError as error:
        return _empty(), [Mistake("YAML-SYNTAX", _problem_mark(error, text), {"problem": error.problem or ""})]
    if root is None or root.kind != "map":
        return _empty(), [Mistake("YAML-EMPTY", Mark(1, 1))]
    return root, builder.mistakes


def _problem_mark(error: yaml.MarkedYAMLError, text: str) -> Mark:
    """Where the parser stumbled; the end of the text where it says a line after that."""
    mark, lines = error.problem_mark, lines_of(text)
    assert mark is not None, "the parser says where"
    return Mark(mark.line + 1, mark.column + 1) if mark.line < len(lines) else Mark(len(lines), len(lines[-1]) + 1)


def lines_of(text: str) -> list[str]:
    """The lines of a text as YAML counts them, which is not how Python does; at least one."""
    return _LINE_BREAK.split(text.removeprefix(BOM))


def _empty() -> Node:
    return Node(Mark(1, 1), kind="map")


def _mark(event: yaml.Event) -> Mark:
    start, end = event.start_mark, event.end_mark
    assert start is not None, "every event of a text has its place"
    assert end is not None
    one_line = isinstance(event, yaml.ScalarEvent) and start.line == end.line
    return Mark(start.line + 1, start.column + 1, max(1, end.column - start.column) if one_line else 1)


class _Refused(Exception):
    """The text is hostile or useless as a whole: this is the only mistake that is told."""

    def __init__(self, mistake_id: str, mark: Mark, **facts: str) -> None:
        super().__init__(mistake_id)
        self.mistake = Mistake(mistake_id, mark, facts)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; `key` waits for its value. Sizes count every use of an anchor."""

    mark: Mark
    kind: str
    anchor: str | None
    items: list[Node] = field(default_factory=list)
    keys: dict[str, Mark] = field(default_factory=dict)
    entries: dict[str, Node] = field(default_factory=dict)
    key: Node | None = None
    size: int = 1
    depth: int = 1


class _Builder:
    """Events → nodes, without recursion, so that no depth exhausts the stack. An alias is its anchor's node again."""

    def __init__(self) -> None:
        self.mistakes: list[Mistake] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int, int]] = {}
        self._root: Node | None = None

    def document(self, text: str) -> Node | None:
        """The root node; None where there is none."""
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.DocumentStartEvent) and self._root:
                raise _Refused("YAML-SYNTAX", _mark(event), problem="a second document begins here")
            if isinstance(event, yaml.AliasEvent):
                self._alias(event)
            elif isinstance(event, yaml.ScalarEvent):
                node = Node(_mark(event), text=event.value, quoted=event.style in ("'", '"'))
                self._add(node, 1, 0, event.anchor)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                kind = "map" if isinstance(event, yaml.MappingStartEvent) else "list"
                self._open.append(_Open(_mark(event), kind, event.anchor))
                if len(self._open) > _DEEPEST:
                    raise _Refused("YAML-DEEP", _mark(event))
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                done = self._open.pop()
                node = Node(done.mark, "", tuple(done.items), done.entries, done.keys, done.kind)
                self._add(node, done.size, done.depth, done.anchor)
        return self._root

    def _alias(self, event: yaml.AliasEvent) -> None:
        if any(outer.anchor == event.anchor for outer in self._open):
            raise _Refused("YAML-DEEP", _mark(event))
        if event.anchor not in self._anchors:
            raise _Refused("YAML-SYNTAX", _mark(event), problem=f"undefined alias *{event.anchor}")
        self._add(*self._anchors[event.anchor])

    def _add(self, node: Node, size: int, depth: int, anchor: str | None = None) -> None:
        if anchor:
            self._anchors[anchor] = (node, size, depth)
        if not self._open:
            self._root = node
            return
        outer = self._open[-1]
        outer.size += size
        outer.depth = max(outer.depth, depth + 1)
        if outer.size > MOST_NODES:
            raise _Refused("YAML-LARGE", outer.mark, most=str(MOST_NODES))
        if outer.depth + len(self._open) > _DEEPEST + 1:
            raise _Refused("YAML-DEEP", node.mark)
        if outer.kind == "list":
            outer.items.append(node)
        elif outer.key is None:
            outer.key = node
        else:
            self._entry(outer, outer.key, node)
            outer.key = None

    def _entry(self, outer: _Open, key: Node, value: Node) -> None:
        if key.kind != "text":
            self.mistakes.append(Mistake("YAML-KEY", key.mark))
        elif key.text in outer.keys:
            facts = {"key": key.text, "first": str(outer.keys[key.text].line)}
            self.mistakes.append(Mistake("YAML-TWICE", key.mark, facts))
        else:
            outer.keys[key.text] = key.mark
            outer.entries[key.text] = value
