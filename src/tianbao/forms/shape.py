"""Does the definition say only what form.schema.json allows? Mistakes with places; what is wrong is cut out.

The compiler then works on the rest, so that an author sees every mistake of the file in one go.
"""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, cast

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from tianbao.forms.source import Mistake, Node

_ID_OF = {"enum": "FORM-CHOICE", "type": "FORM-TYPE", "pattern": "FORM-PATTERN", "maxLength": "FORM-LONG"}
_EMPTY = ("minItems", "minLength", "maxItems")
_TYPES = {"object": "键: 值", "array": "列表", "string": "文字"}


def check_shape(root: Node, schema: Mapping[str, Any]) -> tuple[Node, list[Mistake]]:
    """The node without its wrong parts, and the mistakes, each at its place."""
    mistakes: list[Mistake] = []
    wrong: set[int] = set()
    for error in Draft202012Validator(schema).iter_errors(root.plain()):
        node = root.find(iter(error.absolute_path))
        mistakes += _mistakes(error, node, wrong)
    return _cut(root, wrong), mistakes


def suggestion(word: str, known: list[str]) -> str:
    """“是不是 columns？” or "" when nothing comes near."""
    near = get_close_matches(word, known, 1, 0.6)
    return near[0] if near else ""


def _mistakes(error: ValidationError, node: Node, wrong: set[int]) -> list[Mistake]:
    rule, schema, said = str(error.validator), cast(dict[str, Any], error.schema), cast(Any, error.validator_value)
    if rule == "additionalProperties":
        known = list(schema["properties"])
        unknown = [key for key in node.entries if key not in schema["properties"]]
        for key in unknown:
            wrong.add(id(node.entries[key]))
        return [
            Mistake(
                "FORM-KEY",
                node.keys[key],
                {"key": key, "near": suggestion(key, known), "known": "、".join(known)},
            )
            for key in unknown
        ]
    if rule == "required":
        missing = [key for key in said if key not in node.entries]
        key = next((name for name in missing if f"'{name}'" in error.message), missing[0])
        return [Mistake("FORM-MISSING", node.mark, {"key": key})]
    wrong.add(id(node))
    facts = {"found": node.text[:40], "known": ""}
    if rule == "enum":
        known = [str(choice) for choice in said]
        facts = {"found": node.text[:40], "known": "、".join(known), "near": suggestion(node.text, known)}
    elif rule == "type":
        wanted = said if isinstance(said, list) else [said]
        facts["known"] = "或".join(_TYPES.get(str(name), "") for name in wanted if str(name) in _TYPES)
    elif rule == "maxLength":
        facts |= {"limit": str(said), "length": str(len(node.text))}
    elif rule == "pattern":
        facts["known"] = str(said)
    return [Mistake("FORM-EMPTY" if rule in _EMPTY else _ID_OF.get(rule, "FORM-TYPE"), node.mark, facts)]


def _cut(node: Node, wrong: set[int]) -> Node:
    if not wrong:
        return node
    return Node(
        node.mark,
        node.text,
        tuple(_cut(item, wrong) for item in node.items if id(item) not in wrong),
        {key: _cut(entry, wrong) for key, entry in node.entries.items() if id(entry) not in wrong},
        node.keys,
        node.kind,
        node.quoted,
    )
