"""What the cell formats look like: fonts by their official names, quiet colours, borders that print."""

from typing import Any

from tianbao.workbook.plan import UNLOCKED, Look

SONG, HEI, FANG, TITLE = "宋体", "黑体", "仿宋_GB2312", "方正小标宋简体"
_GREY, _PALE, _LINE = "#F2F2F2", "#FAFAFA", "#7F7F7F"
_BOX = {"border": 1, "border_color": _LINE}
_CENTER = {"align": "center", "valign": "vcenter", "text_wrap": True}
_FIGURE = {"align": "center", "valign": "vcenter", "shrink": True}
"""A long number is made smaller: never ########."""
_LEFT = {"align": "left", "valign": "vcenter", "text_wrap": True}

_LOOKS: dict[Look, dict[str, Any]] = {
    "title": {"font_name": TITLE, "font_size": 18, **_CENTER},
    "subtitle": {"font_name": HEI, "font_size": 11, "bg_color": _GREY, **_CENTER, **_BOX},
    "label": {"font_name": HEI, "font_size": 11, "bg_color": _GREY, **_CENTER, **_BOX},
    "corner": {"font_name": SONG, "font_size": 10, "bg_color": _GREY, **_CENTER, **_BOX},
    "head": {"font_name": HEI, "font_size": 10, "bg_color": _GREY, **_CENTER, **_BOX},
    "row-head": {"font_name": SONG, "font_size": 10, "bg_color": _GREY, **_LEFT, **_BOX},
    "entry": {"font_name": SONG, "font_size": 11, "num_format": "0", **_FIGURE, **_BOX},
    "amount": {"font_name": SONG, "font_size": 11, "num_format": "General", **_FIGURE, **_BOX},
    "total": {
        "font_name": SONG,
        "font_size": 11,
        "bold": True,
        "bg_color": _GREY,
        "num_format": "0",
        **_FIGURE,
        **_BOX,
    },
    "text": {"font_name": FANG, "font_size": 12, "align": "left", "valign": "top", "text_wrap": True, **_BOX},
    "plain": {"font_name": SONG, "font_size": 11, "bg_color": _PALE, "indent": 1, **_LEFT, **_BOX},
    "open": {"font_name": SONG, "font_size": 11, "indent": 1, **_LEFT, **_BOX},
    "sign": {"font_name": SONG, "font_size": 11, "indent": 1, "num_format": "@", **_LEFT, **_BOX},
    "open-center": {"font_name": SONG, "font_size": 11, **_CENTER, **_BOX},
    "light": {"font_name": HEI, "font_size": 10, **_CENTER, **_BOX},
    "big-light": {"font_name": HEI, "font_size": 18, **_CENTER, **_BOX},
    "check": {"font_name": SONG, "font_size": 9, **_CENTER, **_BOX},
    "check-number": {"font_name": SONG, "font_size": 10, "num_format": "General", **_CENTER, **_BOX},
    "check-text": {"font_name": SONG, "font_size": 10, **_LEFT, **_BOX},
    "guide": {"font_name": SONG, "font_size": 11, **_LEFT},
    "count": {"font_name": HEI, "font_size": 11, **_LEFT},
    "note": {"font_name": SONG, "font_size": 10, "font_color": "#404040", **_LEFT},
    "error": {"font_name": HEI, "font_size": 10, "bg_color": "#FF8B8B", **_CENTER, **_BOX},
    "query": {"font_name": HEI, "font_size": 10, "bg_color": "#FFD84D", **_CENTER, **_BOX},
    "link": {"font_name": SONG, "font_size": 10, "font_color": "#0563C1", "underline": 1, **_CENTER, **_BOX},
    "stamp": {"font_name": SONG, "font_size": 10, "font_color": "#7F7F7F", **_CENTER, **_BOX},
    "identity": {"font_name": SONG, "font_size": 10, "text_wrap": False},
    "seal": {
        "font_name": SONG,
        "font_size": 10,
        "font_color": "#404040",
        "align": "right",
        "valign": "vcenter",
    },
    "side-light": {"font_name": HEI, "font_size": 9, **_CENTER, **_BOX},
    "side-label": {
        "font_name": SONG,
        "font_size": 8,
        "align": "right",
        "valign": "vcenter",
        "text_wrap": True,
    },
}

TINTS: dict[str, dict[str, Any]] = {
    "missing": {"bg_color": "#FFF8DC"},
    "broken": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True},
    "wrong": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True, "num_format": "General"},
    "fail": {"bg_color": "#FFC7CE", "font_color": "#9C0006", "bold": True},
    "pass": {"bg_color": "#E2F0D9", "font_color": "#1E5C1E"},
    "waiting": {"bg_color": "#FFEB9C", "font_color": "#7F4F00"},
    "returned-error": {"bg_color": "#FF8B8B"},
    "returned-query": {"bg_color": "#FFD84D"},
}


def look_of(look: Look) -> dict[str, Any]:
    """The XlsxWriter properties of a look; only entries are unlocked."""
    return {**_LOOKS[look], "locked": look not in UNLOCKED}
