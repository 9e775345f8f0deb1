"""Judging by the compiled rules says the same as a walk over every tree, on every form, whatever stands in it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import examples
from tests.rules.test_compiled import FORMS, contents, form_of
from tianbao.checks import Context
from tianbao.checks.rules import judge, outcomes
from tianbao.rules.evaluate import Reason
from tianbao.submission import Agency, Entry, Observation, Submission
from tianbao.values import understand


def submission(name: str, cells: dict[str, Any]) -> Submission:
    """A Reason stands for a cell that could not be found."""
    form = form_of(name)
    lost = tuple(
        Observation("not-found", "", {"address": address, "where": address})
        for address, raw in cells.items()
        if isinstance(raw, Reason)
    )
    here = {address: raw for address, raw in cells.items() if not isinstance(raw, Reason)}
    return Submission(
        form=form.id,
        edition=form.edition,
        year=2023,
        agency=Agency("某局"),
        entries={address: Entry(understand(raw)) for address, raw in here.items() if address in form.cells},
        texts={key: str(raw) for key, raw in here.items() if key in form.narratives and raw is not None},
        observations=lost,
    )


@pytest.mark.parametrize("name", FORMS)
@given(st.data())
@examples(60)
def test_the_compiled_rules_and_the_walk_say_the_same(name: str, data: st.DataObject) -> None:
    form = form_of(name)
    usual = data.draw(st.sampled_from([0, 1, 7, None, Decimal("0.1"), "12件"]))
    base: dict[str, Any] = dict.fromkeys(form.cells, usual) | dict.fromkeys(form.narratives, "信息处理费" * 5)
    changes = st.dictionaries(st.sampled_from([*form.cells, *form.narratives]), contents, max_size=8)
    now = submission(name, base | data.draw(changes))
    before = data.draw(st.none() | changes.map(lambda made: submission(name, base | made)))
    context = Context(previous=before and replace(before, observations=()))
    walked = list(outcomes(form, now, context))
    findings, undecided = judge(form, now, context)
    broken = [(instance.key, found.left, found.right) for _, instance, found in walked if found.state == "broken"]
    assert [(finding.key, finding.found, finding.expected) for finding in findings] == broken
    open_ = [
        (instance.key, tuple((reason.cause, reason.address) for reason in found.reasons))
        for _, instance, found in walked
        if found.state == "undecided"
    ]
    assert [(found.key, found.reasons) for found in undecided] == open_
