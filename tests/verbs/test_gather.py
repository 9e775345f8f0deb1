"""What is kept between checking and writing: everything, in order, as often as asked, and nothing stays behind."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.build import data, form, submission
from tianbao.feedback.check_json import check_text
from tianbao.findings import PassedOver
from tianbao.submission import json_text
from tianbao.verbs.check import Options, check, checked_submission
from tianbao.verbs.evidence import saved_at
from tianbao.verbs.gather import Gathered
from tianbao.verbs.spool import IN_MEMORY, Spool
from tianbao.verbs.telling import told
from tianbao.workbook.write import filled

RECORDS = st.lists(st.lists(st.text(), max_size=4).map(tuple), max_size=20)


@given(RECORDS)
def test_records_come_back_as_they_were(records: list[tuple[str, ...]]) -> None:
    spool = Spool()
    for record in records:
        spool.add(*record)
    assert list(spool) == records
    assert list(spool) == records
    spool.close()


def test_a_large_spool_goes_to_a_file_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    spool = Spool()
    for number in range(5):
        spool.add("字" * IN_MEMORY, str(number))
    assert [number for _, number in spool] == list("01234")
    walks = [iter(spool), iter(spool)]
    assert [next(walk)[1] for walk in walks] == ["0", "0"]
    assert list(tmp_path.iterdir()) == []
    spool.close()


def test_entries_and_answers_carry_what_the_pile_says() -> None:
    options = Options(with_figures=True)
    made = [submission(agency={"name": name, "code": None}) for name in "甲乙甲"]
    with Gathered("zh", lambda source, sha256: "") as gathered:
        for number, one in enumerate(made):
            gathered.add(told(checked_submission(f"{number}.json", f"{number % 2:064d}", one, form()), options))
        gathered.add(PassedOver("x.png", "other"))
        for _ in range(2):
            entries = [json.loads(line) for line in gathered.lines]
            pile = [[found["rule"] for found in entry["findings"] if "PILE" in found["rule"]] for entry in entries]
            assert [entry["source"] for entry in entries] == ["0.json", "1.json", "2.json"]
            copies, figures = "PILE-SAME-FILE", "PILE-SAME-FIGURES"
            assert pile == [[copies, figures], [figures], [copies, figures]]
            assert [dict(answer.entry) for answer in gathered.answers] == entries
            assert list(gathered.passed_over) == [PassedOver("x.png", "other")]
        first = next(iter(gathered.answers))
        assert first.figures == {address: value for address, value in data()["cells"].items() if value is not None}
        text = "".join(check_text(gathered.lines, gathered.passed_over, gathered.counts, "zh", partial=True))
    whole = json.loads(text)
    assert whole["partial"] is True
    assert whole["summary"]["files"] == 3


def test_decimals_keep_their_digits_on_their_way() -> None:
    one = submission(cells={"proactive.fees.amount": 1753.79})
    with Gathered("zh", lambda source, sha256: "") as gathered:
        gathered.add(told(checked_submission("a.json", None, one, form()), Options(with_figures=True)))
        (answer,) = gathered.answers
    assert str(answer.figures["proactive.fees.amount"]) == "1753.79"


def test_what_we_write_is_no_evidence_of_a_time_and_what_an_office_program_saved_is(tmp_path: Path) -> None:
    from datetime import datetime
    from hashlib import sha256

    import openpyxl

    path = tmp_path / "a.xlsx"
    path.write_bytes(filled(form(), submission()))
    assert saved_at(str(path), sha256(path.read_bytes()).hexdigest()) == ""
    book = openpyxl.load_workbook(path)
    book.save(path)
    found = saved_at(str(path), sha256(path.read_bytes()).hexdigest())
    assert found.startswith(f"{datetime.now():%Y}")
    assert saved_at(str(path), "0" * 64) == ""
    assert saved_at(str(tmp_path / "gone.xlsx"), "0" * 64) == ""
    path.write_bytes(b"PK\x03\x04")
    assert saved_at(str(path), sha256(b"PK\x03\x04").hexdigest()) == ""


def test_other_programs_get_whole_results(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json_text(data()), "utf-8")
    (checked,) = check([tmp_path])
    assert checked.submission == submission()  # type: ignore[union-attr]
