"""May a value stand in a cell? The JSON Schema of the cell says so; what is plainly right is never put to it."""

import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache

from tianbao.forms.model import Kind
from tianbao.forms.schema import kind_schema
from tianbao.values import Number, Raw, Value, to_json

Judge = Callable[[Raw], frozenset[str]]
"""A scalar of a submission → the keywords of the schema that refuse it: type, minimum, maximum, enum, pattern."""

_INTS, _NUMBERS = frozenset({int}), frozenset({int, Decimal})


def all_plain(kind: Kind, numbers: Sequence[Number]) -> bool:
    """Whether all of them plainly may stand in cells of the kind: one look at many cells."""
    kinds = set(map(type, numbers))
    if not kinds <= (_NUMBERS if kind.value == "amount" else _INTS):
        return False
    least, most = kind.lowest, kind.most
    if numbers and ((least is not None and min(numbers) < least) or (most is not None and max(numbers) > most)):
        return False
    return kinds <= _INTS or all(isinstance(number, int) or _places(number) <= kind.places for number in numbers)


def plain(kind: Kind, value: Value) -> bool:
    """Whether the value plainly may stand in a cell of the kind: it is right, a blank or a mark."""
    if value.kind in ("blank", "mark"):
        return True
    if kind.numeric:
        return value.number is not None and all_plain(kind, (value.number,))
    if kind.value in ("yesno", "choice"):
        return value.raw in (kind.choices or ("是", "否"))
    return value.number is not None or (isinstance(value.raw, str) and not _unlike(kind, value.raw))


def refused_by(kind: Kind, value: Value) -> frozenset[str]:
    """The keywords of the cell's schema that refuse the value; none where it may stand there."""
    judge = rust_judge(kind) or python_judge(kind)
    scalar = None if value.kind == "blank" else to_json(value)
    found = judge(scalar)
    return found | {"pattern"} if isinstance(scalar, str) and _unlike(kind, scalar) else found


@lru_cache(maxsize=256)
def rust_judge(kind: Kind) -> Judge | None:
    """jsonschema-rs, where it is installed: quick to load."""
    try:
        import jsonschema_rs  # noqa: PLC0415
    except ImportError:
        return None
    validator = jsonschema_rs.Draft202012Validator(_without_pattern(kind, exact=False))
    return lambda scalar: frozenset(error.kind.name for error in validator.iter_errors(scalar))


@lru_cache(maxsize=256)
def python_judge(kind: Kind) -> Judge:
    """jsonschema: the reference, which is always there."""
    from jsonschema import Draft202012Validator  # noqa: PLC0415

    validator = Draft202012Validator(_without_pattern(kind, exact=True))
    return lambda scalar: frozenset(str(error.validator) for error in validator.iter_errors(scalar))


def _without_pattern(kind: Kind, exact: bool) -> dict[str, object]:
    """The two have different regular expressions: `like` is one of Python's, and tried here."""
    return {key: value for key, value in kind_schema(kind, exact=exact).items() if key != "pattern"}


def _unlike(kind: Kind, text: str) -> bool:
    return bool(kind.like) and re.search(kind.like, text) is None


def _places(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
