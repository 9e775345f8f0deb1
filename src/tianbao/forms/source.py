"""YAML text → nodes that know their place. Every scalar stays text (01 stays "01", no stays "no")."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DEEPEST = 40


@dataclass(frozen=True, slots=True)
class Mark:
    """Line and column from 1, and how many characters the caret underlines."""

    line: int
    column: int
    length: int = 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake of a form author. `id` and `facts` are worded by the catalogue (mistakes.toml)."""

    id: str
    mark: Mark
    facts: dict[str, str] = field(default_factory=dict, hash=False)


class FormMistakes(Exception):
    """A definition that cannot be used: all mistakes at once, with the text they stand in."""

    def __init__(self, name: str, text: str, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(f"{name}: {len(mistakes)} mistakes")
        self.name, self.text, self.mistakes = name, text, mistakes


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
    mistakes: list[Mistake] = []
    try:
        composed = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Mark(mark.line + 1, mark.column + 1) if mark else Mark(1, 1)
        return _empty(), [Mistake("YAML-SYNTAX", place, {"problem": error.problem or ""})]
    except yaml.YAMLError:
        return _empty(), [Mistake("YAML-SYNTAX", Mark(1, 1), {"problem": "unreadable character"})]
    if not isinstance(composed, yaml.MappingNode):
        return _empty(), [Mistake("YAML-EMPTY", Mark(1, 1))]
    return _convert(composed, mistakes, 0), mistakes


def _empty() -> Node:
    return Node(Mark(1, 1), kind="map")


def _mark(node: yaml.Node) -> Mark:
    start, end = node.start_mark, node.end_mark
    one_line = isinstance(node, yaml.ScalarNode) and start.line == end.line
    return Mark(start.line + 1, start.column + 1, max(1, end.column - start.column) if one_line else 1)


def _convert(node: yaml.Node, mistakes: list[Mistake], depth: int) -> Node:
    mark = _mark(node)
    if depth > _DEEPEST:
        mistakes.append(Mistake("YAML-DEEP", mark))
        return Node(mark)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, mistakes, depth)
    if isinstance(node, yaml.SequenceNode):
        return Node(mark, items=tuple(_convert(item, mistakes, depth + 1) for item in node.value), kind="list")
    style = node.style if isinstance(node, yaml.ScalarNode) else None
    return Node(mark, text=node.value, quoted=style in ("'", '"'))


def _mapping(node: yaml.MappingNode, mistakes: list[Mistake], depth: int) -> Node:
    entries: dict[str, Node] = {}
    keys: dict[str, Mark] = {}
    for key_node, value_node in node.value:
        key, place = str(key_node.value), _mark(key_node)
        if key in keys:
            mistakes.append(Mistake("YAML-TWICE", place, {"key": key, "first": str(keys[key].line)}))
            continue
        keys[key] = place
        entries[key] = _convert(value_node, mistakes, depth + 1)
    return Node(_mark(node), entries=entries, keys=keys, kind="map")
