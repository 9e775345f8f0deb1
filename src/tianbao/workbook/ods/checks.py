"""Checks of entries (content validation) in an .ods → the one spelling of all readers."""

import re

from tianbao.workbook.grammar import MAX_FORMULA
from tianbao.workbook.ods.formula import excel_formula
from tianbao.workbook.sheet_xml import validation_rule

_TYPES = {"whole-number": "whole", "decimal-number": "decimal", "date": "date", "time": "time"}
_OPERATORS = {
    "=": "equal", "!=": "notEqual", "<>": "notEqual", ">": "greaterThan", "<": "lessThan",
    ">=": "greaterThanOrEqual", "<=": "lessThanOrEqual",
}  # fmt: skip
_COMPARED = re.compile(
    r"""(?:cell-content-is-(?P<type>whole-number|decimal-number|date|time)\(\)\ and\ )?
    cell-content(?P<length>-text-length)?
    (?:\(\)(?P<operator><=|>=|<>|!=|=|<|>)(?P<operand>.*)|-is-(?P<negated>not-)?between\((?P<operands>.*)\))""",
    re.VERBOSE | re.DOTALL,
)
_LISTED = re.compile(r"cell-content-is-in-list\((.*)\)", re.DOTALL)
_CUSTOM = re.compile(r"(?:cell-content-)?is-true-formula\((.*)\)", re.DOTALL)
_WORD = re.compile(r'"((?:[^"]|"")*)"(?:;|$)')
_NESTED = re.compile(r'[("]')


def entry_check(condition: str, style: str) -> str:
    """The rule of a condition, "" where nothing is restricted; one that is not understood stays as it is written."""
    text = re.sub(r"^\w+:", "", condition)
    if not text or len(text) > MAX_FORMULA:
        return text[:MAX_FORMULA]
    attributes = {"errorStyle": style}
    if listed := _LISTED.fullmatch(text):
        return validation_rule(attributes | {"type": "list"}, _words(listed[1]), "")
    if custom := _CUSTOM.fullmatch(text):
        return validation_rule(attributes | {"type": "custom"}, _operand(custom[1]), "")
    found = _COMPARED.fullmatch(text)
    if not found or not (found["type"] or found["length"]):
        return text
    attributes["type"] = "textLength" if found["length"] else _TYPES[found["type"]]
    if found["operator"]:
        attributes["operator"] = _OPERATORS[found["operator"]]
        return validation_rule(attributes, _operand(found["operand"]), "")
    attributes["operator"] = "notBetween" if found["negated"] else "between"
    # LibreOffice separates them by a comma; within a function's operands it could not be told apart
    first, separator, second = found["operands"].replace(";", ",").partition(",")
    if not separator or _NESTED.search(found["operands"]):
        return text
    return validation_rule(attributes, _operand(first), _operand(second))


def _operand(text: str) -> str:
    return excel_formula(f"of:={text}")


def _words(text: str) -> str:
    """The words of a list as Excel writes them, "是,否"; or the area where they stand."""
    words, at = [], 0
    while found := _WORD.match(text, at):
        words.append(found[1])
        at = found.end()
    return f'"{",".join(words)}"' if words and at == len(text) else _operand(text)
