"""submission → workbook → submission: nothing is lost, nothing becomes something else."""

from decimal import Decimal

import pytest
from hypothesis import Phase, given, settings

from tests.conftest import examples
from tests.workbook.samples import (
    AGENCY,
    ODD,
    STORY,
    YEAR,
    back,
    edited,
    entries,
    figures,
    full,
    kinds,
    official,
    random_submissions,
    small,
    submission,
    totals,
)
from tianbao.forms.model import Form
from tianbao.forms.sums import with_totals
from tianbao.submission import Agency, Submission
from tianbao.values import Raw
from tianbao.workbook.write import filled

EXPLAINED = {"LAST[net]": "机构改革\n划转", "TYPE-BLANK[table]": "“属实”<&>", "TYPE-BLANK[story]": "已另报", "FEE": "x"}
SIGNED = {"author": "张三", "phone": "010-12345678"}
TEXTS = {
    "plain": "办结三件。",
    "hard": STORY,
    "leading": "\u3000\u3000首行缩进\n\n\n 第四行 ",
    "formula": "=SUM(A1:A2)",
    "escape": "_x0041_ 与 _x000D_ 照写",
    "long": "字" * 32767,
    "control": "竖\x0b线",
}


def same(found: Submission, sent: Submission, form: Form) -> None:
    """The reader gives back what was sent, and totals as sums."""
    assert (found.form, found.edition, found.year) == (form.id, form.edition, sent.year)
    sums = with_totals(form, {address: entry.value for address, entry in sent.entries.items()}, {})
    for address in entries(form):
        mine, theirs = found.value(address), sent.value(address)
        assert (mine.kind, mine.number) == (theirs.kind, theirs.number), address
        assert theirs.number is not None or (mine.raw or "") == (theirs.raw or ""), address
        assert found.entries[address].formula is None
    for address in totals(form):
        assert found.entries[address].intact
        assert found.value(address) == sums[address]
    assert found.texts == {key: text for key, text in sent.texts.items() if text}
    assert found.signoff == sent.signoff


@pytest.mark.parametrize("form", [small(), official("2021"), official("2019")], ids=["small", "2021", "2019"])
def test_full_submission(form: Form) -> None:
    sent = full(form)
    found = back(filled(form, sent))
    same(found, sent, form)
    assert found.agency == AGENCY
    assert found.observations == ()
    for address in totals(form):
        assert found.entries[address].cached == found.entries[address].value
    assert found.place("requests.new.natural" if form is not small() else "table.come.net").endswith(("!D5", "!B4"))


def test_explanations_and_signatures() -> None:
    sent = submission(small(), {}, explanations=EXPLAINED, signoff=SIGNED)
    found = back(filled(small(), sent))
    assert (found.explanations, found.signoff) == (EXPLAINED, SIGNED)


@pytest.mark.parametrize("name", ["", "  ", "\u3000"])
def test_nameless_agency_is_open_and_not_ready(name: str) -> None:
    data = filled(small(), submission(small(), {}, agency=Agency(name)))
    found = back(edited(data, lambda book: book["填报说明"].cell(4, 3, " 新单位 ")))
    assert back(data).agency == Agency("")
    assert found.agency == Agency("新单位")


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts_stand_whole(text: str) -> None:
    sent = submission(small(), {"facts.name": text[:300]}, texts={"story": text})
    found = back(filled(small(), sent))
    assert found.texts == {"story": text}
    assert found.value("facts.name").raw == text[:300]


def test_line_ends_become_one_kind() -> None:
    assert back(filled(small(), submission(small(), {}, texts={"story": "一\r\n二\r三\n四"}))).texts == {
        "story": "一\n二\n三\n四"
    }


NUMBERS = (0, 12, -3, 10**14, Decimal("0.000001"), Decimal("18651.064104"), Decimal("12.50"))


@pytest.mark.parametrize("value", [*ODD, *NUMBERS])
def test_value_stays_what_it_was(value: Raw) -> None:
    entry = back(filled(small(), submission(small(), {"table.come.net": value}))).entries["table.come.net"]
    assert entry.value.raw == value
    assert isinstance(entry.value.raw, str) == isinstance(value, str)
    assert (entry.formula, entry.cached, entry.place) == (None, None, "二、数量!B4")


@pytest.mark.parametrize("after", ["XlsxWriter", "openpyxl"])
def test_random_submissions(after: str) -> None:
    form = small()

    @examples(25 if after == "XlsxWriter" else 10)
    @given(random_submissions(form))
    def survives(sent: Submission) -> None:
        data = filled(form, sent)
        same(back(data if after == "XlsxWriter" else edited(data, lambda book: None)), sent, form)

    survives()


@settings(examples(3), phases=[Phase.generate])
@given(random_submissions(official("2021")))
def test_random_official_submissions(sent: Submission) -> None:
    same(back(filled(official("2021"), sent)), sent, official("2021"))


def test_openpyxl_saves_and_nothing_is_lost() -> None:
    form = official("2021")
    keys = {"XY-CARRY[natural]": "划转", "TYPE-BLANK[requests]": "无此类"}
    sent = submission(
        form,
        {address: entry.value.raw for address, entry in full(form).entries.items()},
        texts=full(form).texts,
        explanations=keys,
        signoff={"head": "李四"},
    )
    found = back(edited(filled(form, sent), lambda book: None))
    same(found, sent, form)
    assert found.explanations == keys
    # openpyxl drops stored results: the totals are ours, and what was stored is unknown
    assert {found.entries[address].cached.kind for address in totals(form)} == {"blank"}  # type: ignore[union-attr]
    assert kinds(found) == []


def test_typed_totals() -> None:
    given = {"table.come.net": 1, "table.come.post": 2, "table.come.total": 9, "table.done.total": None}
    found = back(filled(small(), submission(small(), given), "typed"))
    typed, emptied = found.entries["table.come.total"], found.entries["table.done.total"]
    assert (typed.value.number, typed.formula, typed.intact) == (9, None, False)
    assert (emptied.value.kind, emptied.formula, emptied.intact) == ("blank", None, False)
    ignored = back(filled(small(), submission(small(), given)))
    assert (ignored.entries["table.come.total"].value.number, ignored.entries["table.come.total"].intact) == (3, True)


def test_total_typed_as_text_or_not_given() -> None:
    found = back(filled(small(), submission(small(), {"table.come.net": 4, "table.come.total": "4件"}), "typed"))
    assert found.entries["table.come.total"].value.raw == "4件"
    assert found.entries["table.done.total"].intact
    assert figures(found) == {"table.come.net": 4, "table.come.total": "4件", "table.done.total": 0}


def test_year_and_code_travel() -> None:
    found = back(filled(small(), submission(small(), {}, agency=Agency("甲", None))))
    assert (found.agency, found.year) == (Agency("甲", None), YEAR)
