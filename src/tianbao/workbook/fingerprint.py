"""The fingerprint: a digest, without a key, of everything in a workbook that is locked or laid down.

Left out are the agency's and the round's facts (`variable` items), stored results, entries, fonts, widths and colours:
the fingerprint of a form's edition is the same for every agency and survives re-saving by other programs.
"""

import hashlib
import json
from collections.abc import Callable, Iterator

from tianbao.workbook.plan import UNLOCKED, BookPlan, Item, SheetPlan


def fingerprint_of(plan: BookPlan) -> str:
    """sha256 over the aspects of the plan, each in a canonical order."""
    aspects = {name: sorted(found) for name, found in _aspects(plan).items()}
    text = json.dumps(aspects, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _aspects(plan: BookPlan) -> dict[str, list[str]]:
    return {
        "sheets": [sheet.name for sheet in plan.sheets],
        "labels": list(_each(plan, _label)),
        "formulas": list(_each(plan, lambda item: f"={item.formula}" if item.formula and not item.variable else "")),
        "unlocked": list(_each(plan, lambda item: "open" if item.look in UNLOCKED else "")),
        "merges": list(_each(plan, lambda item: item.area.last.a1 if item.area.first != item.area.last else "")),
        "validations": [
            f"{sheet.name}!{check.area.first.a1}:{check.area.last.a1} {check.type} {check.least} {check.choices}"
            for sheet in plan.sheets
            for check in sheet.validations
        ],
        "names": [f"{name.lower().replace('.', '_')}={text}" for name, text in plan.names.items()],
    }


def _each(plan: BookPlan, aspect: Callable[[Item], str]) -> Iterator[str]:
    for sheet in plan.sheets:
        for item in sheet.items:
            found = aspect(item)
            if found:
                yield f"{_where(sheet, item)} {found}"


def _where(sheet: SheetPlan, item: Item) -> str:
    return f"{sheet.name}!{item.area.first.a1}"


def _label(item: Item) -> str:
    fixed = not item.formula and not item.variable and item.look not in UNLOCKED
    return str(item.content) if fixed and item.content is not None else ""
