"""Totals as the sheet shows them, and the code that ties a paper copy to the file."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import build
from tests.forms.small import compiled, edited
from tianbao.forms.sums import CHECKSUM_MODULI, checksum, checksum_weights, sum_of, with_totals
from tianbao.values import BLANK, Value, understand

FORM = build.form()
INPUTS = [address for address, cell in FORM.cells.items() if cell.total is None]
TOTALS = [address for address, cell in FORM.cells.items() if cell.total is not None]
contents = st.dictionaries(
    st.sampled_from(INPUTS), st.integers(-5, 10**7) | st.sampled_from(["/", "12件", "", 0.5, True])
)


def understood(values: dict[str, object]) -> dict[str, Value]:
    return {address: understand(value) for address, value in values.items()}


@given(contents)
def test_totals_follow_from_their_parts(values: dict[str, object]) -> None:
    done = with_totals(FORM, understood(values), {})
    assert list(done) == list(FORM.cells)
    for address in TOTALS:
        total = FORM.cells[address].total
        assert total is not None
        assert done[address].number == sum(done[ref.address].counted for ref in total.refs)
    for address in INPUTS:
        assert done[address] == understand(values.get(address))


def test_a_total_that_is_given_stands_and_counts_in_others() -> None:
    done = with_totals(FORM, understood({"requests.granted.natural": 3}), understood({"requests.total.natural": 9}))
    assert done["requests.total.natural"].number == 9
    assert done["requests.total.total"].number == 9
    assert done["requests.granted.total"].number == 3
    blank = with_totals(FORM, understood({"requests.granted.natural": 3}), {"requests.total.natural": BLANK})
    assert blank["requests.total.natural"] == BLANK


def test_the_sum_of_amounts_is_rounded_to_its_places() -> None:
    text = edited(
        ("value: text, like: \"^.{2,}$\"}", "value: text}\n      - label: 天\n        of:\n"
         "          - {id: a, label: 甲, value: amount, unit: 天, places: 1}\n"
         "          - {id: b, label: 乙, value: amount, unit: 天, places: 1}\n"
         "          - {id: all, label: 合计, value: amount, unit: 天, places: 1, sum: siblings}"),
    )  # fmt: skip
    form = compiled(text)
    done = with_totals(form, understood({"site.a": Decimal("0.13"), "site.b": Decimal("0.12")}), {})
    assert done["site.all"].number == Decimal("0.3")


def test_only_totals_have_a_sum() -> None:
    with pytest.raises(ValueError, match="no total"):
        sum_of(FORM.cells["requests.new.natural"], lambda ref: BLANK)


@given(contents)
def test_the_checksum_is_two_groups_of_four(values: dict[str, object]) -> None:
    done = with_totals(FORM, understood(values), {})
    code = checksum(FORM, done.__getitem__)
    assert re.fullmatch(r"\d{4}-\d{4}", code)
    first, second = (int(group) for group in code.split("-"))
    assert first < CHECKSUM_MODULI[0]
    assert second < CHECKSUM_MODULI[1]


def test_the_checksum_takes_texts_and_impossible_numbers_as_nothing() -> None:
    empty = checksum(FORM, lambda address: BLANK)
    assert empty == "0000-0000"
    for content in ("12件", "/", Decimal("1E+999999"), 10**400, float("nan")):
        assert checksum(FORM, lambda address, content=content: understand(content)) == empty  # type: ignore[misc]


def test_the_checksum_of_negative_and_huge_figures_is_positive() -> None:
    for number in (-1, Decimal("-0.5"), 10**300, Decimal("1E+300"), Decimal("1E-300")):
        code = checksum(FORM, lambda address, number=number: understand(number))  # type: ignore[misc]
        assert re.fullmatch(r"\d{4}-\d{4}", code)


@given(st.sampled_from(INPUTS), st.sampled_from(INPUTS), st.integers(1, 9_000))
def test_one_changed_or_two_exchanged_figures_change_the_checksum(one: str, other: str, number: int) -> None:
    def code(values: dict[str, int]) -> str:
        return checksum(FORM, lambda address: understand(values.get(address, 0)))

    assert code({one: number}) != code({})
    if one != other:
        assert code({one: number}) != code({other: number})


def test_amounts_count_in_their_smallest_unit() -> None:
    weights = checksum_weights(FORM)
    assert list(weights) == list(FORM.cells)
    fee = checksum(FORM, lambda address: understand(Decimal("0.000001") if address == "proactive.fees.amount" else 0))
    assert fee != "0000-0000"
