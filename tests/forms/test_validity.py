"""What may stand in a cell: three ways to the same answer, of which JSON Schema is the reference."""

import sys
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.conftest import examples
from tianbao.forms.model import Kind
from tianbao.forms.schema import kind_schema
from tianbao.forms.validity import all_plain, plain, python_judge, refused_by, rust_judge
from tianbao.values import MARKS, places_of, to_json, understand

bounds = st.none() | st.integers(-5, 5) | st.decimals(-5, 5, places=3).map(lambda number: Decimal(str(number)))
kinds = st.one_of(
    st.builds(
        Kind,
        st.sampled_from(["count", "change"]),
        least=st.none() | st.integers(-5, 5),
        most=st.none() | st.integers(0, 9),
    ),
    st.builds(Kind, st.just("amount"), places=st.integers(0, 6), least=bounds, most=bounds),
    st.builds(Kind, st.just("choice"), choices=st.just(("门户", "部门"))),
    st.sampled_from(
        [Kind("yesno"), Kind("text"), Kind("date"), Kind("url", like="^https?://"), Kind("text", like="^[0-9]{3}$")]
    ),
)
contents = st.one_of(
    st.integers(-9, 9),
    st.integers(),
    st.floats(),
    st.decimals(-6, 6, places=3),
    st.decimals(allow_nan=True, allow_infinity=True),
    st.booleans(),
    st.none(),
    st.text(max_size=5),
    st.sampled_from([*MARKS, "", "是", "否", " 是", "门户", "12件", "http://x", "123", "123\n", "１２３"]),
)


@given(kinds, contents)
@examples(600)
@example(Kind("amount", least=Decimal("0.1")), Decimal("0.1"))
@example(Kind("count"), Decimal("0.99999999999999999999999"))
@example(Kind("count"), Decimal("1E-400"))
@example(Kind("amount"), 10**300)
@example(Kind("text", like="^[0-9]{3}$"), "123\n")
def test_the_judges_agree_and_nothing_plain_is_refused(kind: Kind, raw: Any) -> None:
    value = understand(raw)
    assume(kind.least is None or kind.most is None or kind.least <= kind.most)
    scalar = None if value.kind == "blank" else to_json(value)
    reference = frozenset(
        str(error.validator) for error in Draft202012Validator(kind_schema(kind, exact=True)).iter_errors(scalar)
    )
    assert refused_by(kind, value) == reference
    rust = rust_judge(kind)
    assert rust is not None, "jsonschema-rs is installed for the tests"
    assert rust(scalar) == python_judge(kind)(scalar) == reference - {"pattern"}
    places = kind.value == "amount" and value.number is not None and places_of(value.number) > kind.places
    assert plain(kind, value) == (value.kind == "mark" or not (reference or places))


@given(kinds.filter(lambda kind: kind.numeric), st.lists(contents, min_size=1, max_size=5))
def test_many_cells_at_once_are_plain_exactly_when_each_is(kind: Kind, raws: list[Any]) -> None:
    values = [understand(raw) for raw in raws]
    numbers = [value.number for value in values if value.number is not None]
    assert all_plain(kind, numbers) == all(plain(kind, value) for value in values if value.number is not None)


def test_without_jsonschema_rs_the_reference_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema_rs", None)
    rust_judge.cache_clear()
    assert rust_judge(Kind("count")) is None
    assert refused_by(Kind("count"), understand(-1.5)) == {"type", "minimum"}
    rust_judge.cache_clear()
