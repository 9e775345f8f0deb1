"""Value keys (value, unit, places, min, max, choices, like, blank), inherited form → section → block → heading."""

from collections.abc import Iterable
from decimal import Decimal

from tianbao.forms.like import like_problem
from tianbao.forms.mistakes import Mark, Mistake
from tianbao.forms.model import Kind
from tianbao.forms.source import Node
from tianbao.values import EXACT_DIGITS, Number, tidy, understand

VALUE_KEYS = ("value", "unit", "places", "min", "max", "choices", "like", "blank")

Said = dict[str, Node]
"""Value keys as they apply at a node, each with the place where it was said."""

_LONGEST_LIST = 255
_ONLY_FOR = {
    "places": ("amount",),
    "min": ("count", "change", "amount"),
    "max": ("count", "change", "amount"),
    "choices": ("choice",),
    "like": ("text", "url"),
}


def said_by(node: Node) -> Said:
    """The value keys that the node itself says."""
    return {key: node.entries[key] for key in VALUE_KEYS if key in node.entries}


def inherit(outer: Said, own: Said) -> Said:
    """What applies below: a new `value` drops all inherited keys but `blank`."""
    kept = {key: node for key, node in outer.items() if key == "blank"} if "value" in own else outer
    return {**kept, **own}


def cross(outer: Said, row: Said, column: Said, mistakes: list[Mistake]) -> Said:
    """What applies where a row and a column cross; the same key on both is a mistake."""
    mistakes += [
        Mistake("VALUE-BOTH-AXES", column[key].mark, {"key": key, "line": str(row[key].mark.line)})
        for key in VALUE_KEYS
        if key in row and key in column
    ]
    return inherit(outer, {**row, **column})


def kind_of(said: Said, mistakes: list[Mistake]) -> Kind:
    """The Kind that the keys describe. Misused keys are mistakes and are left out."""
    value = said["value"].text if "value" in said else "count"
    for key, allowed in _ONLY_FOR.items():
        if key in said and value not in allowed:
            mistakes.append(
                Mistake("VALUE-MISUSE", said[key].mark, {"key": key, "value": value, "known": "、".join(allowed)})
            )
    if value == "choice" and "choices" not in said:
        mistakes.append(Mistake("VALUE-CHOICES", said["value"].mark))
    least, most = _number(said.get("min"), mistakes), _number(said.get("max"), mistakes)
    if least is not None and most is not None and least > most:
        mistakes.append(Mistake("VALUE-RANGE", said["min"].mark, {"min": str(least), "max": str(most)}))
    _check_choices(said.get("choices"), mistakes)
    like = said["like"].text if "like" in said else ""
    problem = like_problem(like)
    if problem:
        mistakes.append(Mistake(problem, said["like"].mark, {"found": like}))
        like = ""
    return Kind(
        value=value,  # type: ignore[arg-type]  # one of ValueType: form.schema.json
        unit=said["unit"].text if "unit" in said else "",
        places=int(said["places"].text) if "places" in said else 0,
        least=least,
        most=most,
        choices=tuple(item.text for item in said["choices"].items) if "choices" in said else (),
        like=like,
        blank=said["blank"].text if "blank" in said else "ask",  # type: ignore[arg-type]
    )


def unique(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """Without repeats: a key said once and inherited by a hundred cells is one mistake."""
    seen: dict[tuple[str, Mark], Mistake] = {}
    for mistake in mistakes:
        seen.setdefault((mistake.id, mistake.mark), mistake)
    return list(seen.values())


def _check_choices(choices: Node | None, mistakes: list[Mistake]) -> None:
    """A drop-down list in a sheet takes 255 characters and has commas between; a mark would count as a blank."""
    words = [] if choices is None else [item.text for item in choices.items]
    for at, word in enumerate(words):
        if "," in word or understand(word).kind != "text" or word in words[:at]:
            mark = choices.items[at].mark if choices else Mark(1, 1)
            mistakes.append(Mistake("VALUE-CHOICE", mark, {"found": word}))
    if choices and len(",".join(words)) > _LONGEST_LIST:
        facts = {"length": str(len(",".join(words))), "limit": str(_LONGEST_LIST)}
        mistakes.append(Mistake("VALUE-LIST", choices.mark, facts))


def _number(node: Node | None, mistakes: list[Mistake]) -> Number | None:
    if node is None:
        return None
    if sum(map(str.isdigit, node.text)) > EXACT_DIGITS:
        facts = {"found": node.text[:40], "limit": str(EXACT_DIGITS)}
        mistakes.append(Mistake("NUMBER-LONG", node.mark, facts))
        return None
    return tidy(Decimal(node.text))
