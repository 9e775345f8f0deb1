"""Text of strangers made fit for letters, names and comments: no control characters, no marks that turn the reading."""

import unicodedata

_FORBIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

_LOOK = 8
"""How many times the limit is looked at for so many characters that may stay: a text may have millions."""


def clean(text: str, limit: int = 0, *, lines: bool = False) -> str:
    """The text without control, format and bidi characters; spaces for line breaks unless `lines`. 0: no limit."""
    cut = bool(limit) and len(text) > _LOOK * limit
    text = text[: _LOOK * limit] if cut else text
    out = []
    for character in text.replace("\r\n", "\n").replace("\r", "\n"):
        if character in "\n\t":
            out.append("\n" if lines and character == "\n" else " ")
        elif unicodedata.category(character) not in _FORBIDDEN:
            out.append(character)
    cleaned = "".join(out)
    return cleaned if not limit or (len(cleaned) <= limit and not cut) else cleaned[:limit] + "…"
