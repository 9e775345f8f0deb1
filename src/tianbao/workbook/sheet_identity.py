"""The hidden sheet: form, edition, year, agency, fingerprint. Cells are the one carrier that every program keeps."""

from tianbao.workbook import formula
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.layout import IDENTITY, IDENTITY_KEYS
from tianbao.workbook.plan import Content, Item, Print, SheetPlan, Slot

_SLOTS: dict[str, Slot] = {"agency": ("agency", ""), "code": ("code", ""), "checksum": ("checksum", "")}


def identity_sheet(content: Content) -> SheetPlan:
    """The plan of the hidden sheet: a key and a value on each line."""
    agency = content.issue.agency
    said: dict[str, tuple[str | int | None, str]] = {
        "form": (content.form.id, ""),
        "edition": (content.form.edition, ""),
        "year": (content.issue.year, ""),
        "agency": (agency.name if agency else None, ""),
        "code": (agency.code if agency else None, ""),
        "deadline": (content.issue.deadline or None, ""),
        "fingerprint": (content.fingerprint, ""),
        "template": (content.template_number, ""),
        "checksum": (content.checksum, formula.checksum_formula(content.form, content.layout)),
    }
    items = []
    for row, key in enumerate(IDENTITY_KEYS):
        value, text = said[key]
        variable = key not in ("form", "edition", "checksum")
        items.append(Item(_at(row, 0), "identity", key))
        slot = _SLOTS.get(key)
        items.append(Item(_at(row, 1), "identity", value, text, variable=variable, slot=slot))
    return SheetPlan(IDENTITY, tuple(items), (14.0, 60.0), printing=Print(), hidden=True)


def _at(row: int, column: int) -> Area:
    return Area(Place(IDENTITY, row, column), Place(IDENTITY, row, column))
