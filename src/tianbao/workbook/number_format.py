"""What a number format makes of a number: only that much of a format is looked at."""

import re
from typing import Final

from tianbao.values import FormatClass

_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_NAMES = re.compile(r"general|g/通用格式", re.IGNORECASE)
_DATE = re.compile(r"[ymdhs]|a{3}", re.IGNORECASE)

_NUMBERED: tuple[tuple[FormatClass, tuple[int, ...]], ...] = (
    ("percent", (9, 10)),
    ("date", (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))),
    ("text", (49,)),
)
BUILT_IN: Final[dict[int, FormatClass]] = {number: class_ for class_, numbers in _NUMBERED for number in numbers}
"""Formats that files name by number only; 27 to 36 and 50 to 58 are the dates of Chinese, Japanese and Korean Excel."""


def format_class(code: str) -> FormatClass:
    """The class of a format as people write it: yyyy"年"m"月", 0.00%, @. Only its first section is asked."""
    bare = _NAMES.sub("", _LITERAL.sub("", code)).split(";")[0]
    if _DATE.search(bare):
        return "date"
    if "%" in bare:
        return "percent"
    return "text" if bare.strip() == "@" else "number"
