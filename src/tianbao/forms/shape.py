"""Does the definition say only what its schema allows? Mistakes with places; what is wrong is cut out.

The compiler then works on the rest, so that an author sees every mistake of the file in one go, and each once: a key
that is nearly right counts as the key that was meant.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tianbao.forms.mistakes import Mistake
from tianbao.forms.source import Node

_ID_OF = {
    "enum": "FORM-CHOICE",
    "type": "FORM-TYPE",
    "pattern": "FORM-PATTERN",
    "maxLength": "FORM-LONG",
    "minLength": "FORM-EMPTY",
    "minItems": "FORM-EMPTY",
    "maxItems": "FORM-MANY",
}
_TYPES = {"object": ("键: 值", "key: value"), "array": ("列表", "a list"), "string": ("文字", "a text")}
_KEPT = frozenset({"id", "form", "edition", "sheet"})
"""A wrong name still names something: what refers to it is not wrong as well."""

_CUT_IF_LONG = frozenset({"holds", "like"})
"""Texts that are not even read when they are too long."""

_WITH_VALUE = ("places", "min", "max", "choices", "like")
"""Keys that mean nothing beside a `value` that is wrong."""


def check_shape(root: Node, schema: Mapping[str, Any]) -> tuple[Node, list[Mistake]]:
    """The node without its wrong parts, and the mistakes, each at its place."""
    validator = Draft202012Validator(schema)
    mistakes: list[Mistake] = []
    while True:
        errors = list(validator.iter_errors(root.plain()))
        strange = [error for error in errors if error.validator == "additionalProperties"]
        if not strange:
            break
        meant: dict[int, dict[str, str]] = {}
        for error in strange:
            node = root.find(iter(error.absolute_path))
            meant[id(node)] = dict(_strange(node, list(cast(Any, error.schema)["properties"]), mistakes))
        root = _renamed(root, meant)
    wrong: set[int] = set()
    for error in errors:
        mistakes += _mistakes(error, root.find(iter(error.absolute_path)), wrong)
    return _cut(root, wrong), mistakes


def suggestion(word: str, known: list[str]) -> str:
    """The known word that is nearly the same, "" when nothing comes near."""
    near = get_close_matches(word, known, 1, 0.6)
    return near[0] if near else ""


def _strange(node: Node, known: list[str], mistakes: list[Mistake]) -> Iterator[tuple[str, str]]:
    """Keys that are not known, each with the key that was meant ("": none that is still free)."""
    taken = set(node.entries)
    for key in node.entries:
        if key in known:
            continue
        near = suggestion(key, known)
        facts = {"key": key, "near": near, "known": "、".join(known)}
        mistakes.append(Mistake("FORM-KEY", node.keys[key], facts))
        yield key, near if near not in taken else ""
        taken.add(near)


def _renamed(node: Node, meant: dict[int, dict[str, str]]) -> Node:
    names = meant.get(id(node), {})
    entries, keys = {}, {}
    for key, entry in node.entries.items():
        name = names.get(key, key)
        if name:
            entries[name], keys[name] = _renamed(entry, meant), node.keys[key]
    return replace(node, items=tuple(_renamed(item, meant) for item in node.items), entries=entries, keys=keys)


def _mistakes(error: ValidationError, node: Node, wrong: set[int]) -> list[Mistake]:
    rule, said = str(error.validator), cast(Any, error.validator_value)
    if rule == "required":
        key = next(name for name in said if f"'{name}'" in error.message)
        return [Mistake("FORM-MISSING", node.mark, {"key": key})]
    if id(node) in wrong:
        return []
    path = list(error.absolute_path)
    if not (path and path[-1] in _KEPT) and (rule != "maxLength" or path[-1] in _CUT_IF_LONG):
        wrong.add(id(node))
    facts = {"found": node.text[:40], "known": ""}
    if rule == "enum":
        known = [str(choice) for choice in said]
        facts |= {"known": "、".join(known), "near": suggestion(node.text, known)}
    elif rule == "type":
        wanted = [_TYPES[name] for name in (said if isinstance(said, list) else [said]) if name in _TYPES]
        facts |= {"known_zh": "或".join(zh for zh, _ in wanted), "known_en": " or ".join(en for _, en in wanted)}
    elif rule in ("maxLength", "maxItems"):
        facts |= {"limit": str(said), "length": str(len(node.text or node.items))}
    elif rule == "pattern":
        facts["known"] = str(said)
    return [Mistake(_ID_OF[rule], node.mark, facts)]


def _cut(node: Node, wrong: set[int]) -> Node:
    if not wrong:
        return node
    value = node.entries.get("value")
    beside = _WITH_VALUE if value is not None and id(value) in wrong else ()
    entries = {
        key: _cut(entry, wrong) for key, entry in node.entries.items() if id(entry) not in wrong and key not in beside
    }
    return replace(
        node, items=tuple(_cut(item, wrong) for item in node.items if id(item) not in wrong), entries=entries
    )
