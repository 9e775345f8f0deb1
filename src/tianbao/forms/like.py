"""Which regular expressions `like` may be: those that no text in a cell keeps busy for long."""

import re

_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\{[0-9]*,?[0-9]*\}|\(\?:|\(\?|.", re.DOTALL)
_BACK = re.compile(r"\\[1-9]")
_COUNT = re.compile(r"\{([0-9]*)(,?)([0-9]*)\}")
_MANY = 1000
_MOST_WAYS = 10_000_000
"""Ways to try a pattern on a text of a thousand characters: seconds even on the longest text that a cell holds."""


def like_problem(pattern: str) -> str:
    """The id of the mistake in a pattern, "" where there is none."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError):
        return "VALUE-LIKE"
    return "VALUE-LIKE-SLOW" if _ways(pattern) > _MOST_WAYS else ""


def _ways(pattern: str) -> int:
    """In how many ways a pattern may be tried, at most: all its choices multiplied."""
    ways, before = 1, ""
    bars = [0]
    for piece in _PIECE.findall(pattern):
        if piece == "(?" or _BACK.fullmatch(piece):
            return _MOST_WAYS + 1
        if piece in ("(", "(?:"):
            bars.append(0)
        elif piece == ")":
            ways *= bars.pop() + 1
        elif piece == "|":
            bars[-1] += 1
        elif before == ")" and (piece in ("*", "+") or _COUNT.fullmatch(piece)):
            return _MOST_WAYS + 1
        else:
            ways *= _choices(piece)
        before = piece
    anchored = pattern.startswith("^") and not bars[0]
    return ways * (bars[0] + 1) * (1 if anchored else _MANY)


def _choices(piece: str) -> int:
    """How many lengths a quantifier leaves open; 1 for everything else."""
    if piece in ("*", "+"):
        return _MANY
    if piece == "?":
        return 2
    count = _COUNT.fullmatch(piece)
    if not count or not count[2]:
        return 1
    return int(count[3]) - int(count[1] or 0) + 1 if count[3] else _MANY
