"""A stamped workbook is the one that XlsxWriter writes, part by part, for whatever people report."""

import io
import re
import zipfile
from dataclasses import replace

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from tests.conftest import examples
from tests.workbook.samples import (
    AGENCY,
    STORY,
    YEAR,
    amounts,
    back,
    every_form,
    figures,
    full,
    random_submissions,
    raw,
    small,
    submission,
    totals,
)  # fmt: skip
from tianbao.forms.model import Form
from tianbao.submission import Agency, Entry, Submission
from tianbao.values import understand
from tianbao.workbook.emit import DoesNotFit, emit
from tianbao.workbook.plan import Issue
from tianbao.workbook.results import results_of
from tianbao.workbook.stamp import press as stamp
from tianbao.workbook.stamp.archive import archive, packed, taken_apart
from tianbao.workbook.stamp.results import Reckoner
from tianbao.workbook.write import Totals, filled, filled_content, plan_of, template

FORMS = sorted(every_form())
AWKWARD = (
    "<r>&\"'</r> ",
    "\ttab",
    "a\rb\r\nc\n",
    "_x000D_ und _X",
    "\x01\x1f\x7f",
    "\ufffe\uffff",
    " 头尾 ",
    "=1+1",
    "😀",
)


def spelled(data: bytes) -> dict[str, str]:
    """Every part of a workbook as text, with all strings put where they are shown."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        assert source.testzip() is None
        parts = {name: source.read(name).decode() for name in source.namelist()}
    shared = re.findall(r"<si>(.*?)</si>", parts.pop("xl/sharedStrings.xml"), re.DOTALL)
    for name, xml in parts.items():
        if name.startswith("xl/worksheets/sheet"):
            shown = re.sub(r' t="s"><v>(\d+)</v></c>', lambda found: f"><is>{shared[int(found[1])]}</is></c>", xml)
            parts[name] = shown.replace(' t="inlineStr"', "")
    return parts


def awkward(form: Form) -> Submission:
    """Every text there is holds something that careless writers spoil."""
    texts = {section: AWKWARD[number % len(AWKWARD)] * 9 for number, section in enumerate(form.narratives)}
    cells = dict(zip(form.cells, AWKWARD, strict=False))
    keys = [instance.key for rule in form.rules for instance in rule.instances]
    explained = dict(zip((*keys, "X & <Y>"), AWKWARD * 99, strict=False))
    signed = {line.id: AWKWARD[number] for number, line in enumerate(form.signoff)}
    return submission(
        form, cells, texts=texts, explanations=explained, signoff=signed, agency=Agency("甲<&>\"局'\x02", "0_x0041_")
    )


def typed_at_random(form: Form) -> st.SearchStrategy[Submission]:
    """Random submissions, some of which give totals of their own."""
    own = st.dictionaries(
        st.sampled_from(totals(form)) if totals(form) else st.nothing(),
        st.one_of(st.none(), st.integers(0, 99), amounts(), st.sampled_from(["12件", "/", 10**17])),
        max_size=6,
    )
    return st.builds(
        lambda base, more: replace(
            base, entries={**base.entries, **{address: Entry(understand(value)) for address, value in more.items()}}
        ),
        random_submissions(form),
        own,
    )


@pytest.mark.parametrize("name", FORMS)
def test_a_stamped_workbook_is_the_written_one(name: str) -> None:
    form = every_form()[name]
    bare = submission(form, {}, agency=Agency(" ", "7"))

    @examples(8)
    @given(typed_at_random(form), st.sampled_from(["formula", "typed"]))
    def same(found: Submission, mode: Totals) -> None:
        assert spelled(stamp.filled(form, found, mode)) == spelled(filled(form, found, mode))

    same()
    for found in (full(form), awkward(form), bare):
        assert spelled(stamp.filled(form, found)) == spelled(filled(form, found))


@pytest.mark.parametrize("name", FORMS)
def test_results_are_those_of_the_rules(name: str) -> None:
    form = every_form()[name]
    press = stamp.press_for(form, Issue(YEAR, AGENCY))

    @examples(100)
    @given(typed_at_random(form), st.sampled_from(["formula", "typed"]))
    def same(found: Submission, mode: Totals) -> None:
        content = filled_content(form, found, mode)
        assert press.content(found, mode) == content
        expected = results_of(content)
        reckoned = Reckoner(form, content.layout).results(content)
        assert reckoned.lights == expected.lights
        assert reckoned.counts == expected.counts
        for key, sides in reckoned.sides.items():
            assert (sides.left, sides.right) == (expected.outcomes[key].left, expected.outcomes[key].right)

    same()


@pytest.mark.parametrize("name", FORMS)
def test_an_issued_copy_is_the_written_template(name: str) -> None:
    form = every_form()[name]
    for agency in (AGENCY, Agency("另一<局>&_x0041_", None), Agency(" "), None):
        for deadline in ("", "2024年1月20日"):
            issue = Issue(YEAR, agency, deadline)
            assert spelled(stamp.issued(form, issue)) == spelled(template(form, issue))


def test_a_form_of_the_same_name_with_other_content_gets_its_own_stamp() -> None:
    for form in (small(), small(label="label: 来信"), small()):
        assert spelled(stamp.filled(form, full(form))) == spelled(filled(form, full(form)))
    other = Issue(YEAR + 1, AGENCY)
    assert spelled(stamp.issued(small(), other, "secret")) == spelled(template(small(), other, "secret"))


def test_the_same_submission_gives_the_same_bytes() -> None:
    form = every_form()["gov-disclosure/2021"]
    first = stamp.filled(form, full(form))
    stamp.filled(form, full(form, 1))
    assert stamp.filled(form, full(form)) == first


def test_no_text_of_a_submission_is_shared() -> None:
    form = every_form()["gov-disclosure/2021"]
    strings = taken_apart(stamp.filled(form, replace(full(form), explanations={"N1-REAL": "说明在此"})))[
        "xl/sharedStrings.xml"
    ][1].decode()
    for text in (AGENCY.name, STORY[:4], "说明在此"):
        assert text not in strings


@pytest.mark.parametrize("name", FORMS)
def test_other_readers_see_what_was_poured_in(name: str) -> None:
    form = every_form()[name]
    data = stamp.filled(form, full(form))
    assert figures(back(data)) == figures(back(filled(form, full(form))))
    assert back(data).texts == full(form).texts
    for reader in (openpyxl.load_workbook(io.BytesIO(data), data_only=True),):
        for address, place in filled_content(form, full(form)).layout.places.items():
            entry = full(form).entries.get(address)
            if entry is not None:
                assert understand(reader[place.sheet][place.a1].value).number == entry.value.number
    calamine = CalamineWorkbook.from_filelike(io.BytesIO(data))
    written = CalamineWorkbook.from_filelike(io.BytesIO(filled(form, full(form))))
    for sheet in calamine.sheet_names:
        assert calamine.get_sheet_by_name(sheet).to_python() == written.get_sheet_by_name(sheet).to_python()


@pytest.mark.parametrize("text", ["字" * 32_768, "半\ud800"])
def test_what_does_not_fit_is_refused_at_the_same_place(text: str) -> None:
    form = every_form()["gov-disclosure/2021"]
    sections, entries = list(form.narratives), list(form.cells)
    line = form.signoff[0].id
    everywhere = submission(
        form,
        {entries[0]: text, entries[9]: text},
        texts=dict.fromkeys(sections[1:], text),
        explanations={"N1-REAL": text, "other": text},
        signoff={line: text},
    )
    for found in (
        everywhere,
        replace(everywhere, signoff={}),
        replace(everywhere, signoff={}, texts={}),
        replace(everywhere, signoff={}, texts={}, entries={}),
        replace(everywhere, signoff={}, texts={}, entries={}, explanations={"other": text}),
        replace(everywhere, agency=Agency(text)),
    ):
        with pytest.raises(DoesNotFit) as expected:
            emit(plan_of(filled_content(form, found)))
        with pytest.raises(DoesNotFit) as refused:
            stamp.filled(form, found)
        assert refused.value.place == expected.value.place


def test_an_archive_keeps_what_it_copies_and_packs_what_is_new() -> None:
    data = filled(small(), full(small()))
    parts = taken_apart(data)
    made = archive([member for member, _ in parts.values()] + [packed("new.xml", b"new" * 99)])
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(io.BytesIO(data)) as original:
        assert source.testzip() is None
        assert source.namelist() == [*original.namelist(), "new.xml"]
        for info in original.infolist():
            copied = source.getinfo(info.filename)
            assert (copied.CRC, copied.compress_size, copied.date_time) == (
                info.CRC,
                info.compress_size,
                info.date_time,
            )
            assert source.read(copied) == original.read(info)
        assert source.read("new.xml") == b"new" * 99
    assert [sheet.name for sheet in raw(made).sheets] == [sheet.name for sheet in raw(data).sheets]


def test_texts_that_look_like_the_writers_own_markup_stay_texts() -> None:
    form = every_form()["gov-disclosure/2021"]
    section = next(iter(form.narratives))
    for text in ("<r>&<b></r>", "_x0041_x0042_ _x000a_"):
        assert back(stamp.filled(form, submission(form, texts={section: text}))).texts[section] == text
    assert back(filled(form, submission(form, texts={section: "<r>&<b></r>"}))).texts[section] == "<r>&<b></r>"
