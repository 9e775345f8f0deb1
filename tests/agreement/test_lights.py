"""Same verdict three times: the light in the sheet after LibreOffice recalculated it, Python's outcome, the JSON."""

import random
from decimal import Decimal
from pathlib import Path

import pytest

from tests.agreement.sheet import (
    Change,
    cover_cells,
    disagreements,
    empty_book,
    light_cells,
    sheet_changes,
    submission_of,
    verdict,
)
from tests.real.office import Office
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.forms.sums import checksum
from tianbao.values import MARKS, Raw
from tianbao.workbook.layout import layout_of
from tianbao.workbook.results import EXPLAIN, NOT_READY, READY

pytestmark = pytest.mark.libreoffice

SUMS = ("T3-ID", "T3-SUM7", "T3-ROW", "T4-SUM")
BOOKS = 60
"""Random workbooks of each form in the usual run; ten times as many with --all."""
TEXTS = ("12件", "１２", "无法统计", "1 2", "约3", "0 ", " ", "　", "", "TRUE", "'", "|", "/|-", *MARKS)
VERDICT_OF = {READY: "passed", EXPLAIN: "queried", NOT_READY: "failed"}


def good_change(form: Form, seed: random.Random) -> dict[str, Raw]:
    """Entries in which every identity holds: what is new or carried in is either answered or carried out."""
    change: dict[str, Raw] = {}
    for cell in form.cells.values():
        if cell.total is None and cell.kind.numeric:
            change[cell.address] = _figure(cell.kind.value, seed)
    for instance in form.rule("T3-ID").instances if _has(form, "T3-ID") else ():
        if form.cells[instance.addresses[0]].total is None:
            _balance(form, change, instance.addresses, seed)
    for section in form.narratives:
        change[section] = (
            "本年度收取信息处理费的收费通知情况：没有发出收费通知，也没有收取信息处理费。" + "文" * seed.randint(0, 9)
        )
    return change


def _has(form: Form, rule: str) -> bool:
    return any(found.id == rule for found in form.rules)


def _figure(kind: str, seed: random.Random) -> Raw:
    if kind == "amount":
        return Decimal(seed.randint(0, 10**9)) / 10**6
    return seed.choice((0, 0, 1, 2, seed.randint(0, 99), seed.randint(0, 10**7)))


def _whole(raw: Raw) -> int:
    return raw if isinstance(raw, int) else 0


def _balance(form: Form, change: dict[str, Raw], addresses: tuple[str, ...], seed: random.Random) -> None:
    """Sets what is new so that new + carried in = answered + carried out; grows carried out where that is negative."""
    new, carried_in, total, carried_out = addresses
    parts = form.cells[total].total
    answered = sum(_whole(change[ref.address]) for ref in parts.refs) if parts else 0
    change[carried_out] = seed.choice((0, 3, 17))
    change[carried_in] = min(_whole(change[carried_in]), answered)
    change[new] = answered + _whole(change[carried_out]) - _whole(change[carried_in])


def spoiled(form: Form, change: dict[str, Raw], seed: random.Random) -> Change:
    """The change with a few cells off by one, blank, or with a text or a mark; now and then a total typed over."""
    entries = [address for address in change if address in form.cells]
    for address in seed.sample(entries, seed.randint(0, 4)):
        change[address] = seed.choice((None, seed.choice(TEXTS), 1, -1, Decimal("0.5"), 10**9, seed.choice(MARKS)))
    if seed.random() < 0.3:
        change[seed.choice(list(form.narratives))] = seed.choice(
            (None, "无", "  ", "\n", "收费通知", "本" * 10, "信息处理费" * 300)
        )
    return change


@pytest.mark.parametrize("edition", ["gov-disclosure/2021", "gov-disclosure/2019"])
def test_lights_agree_on_random_workbooks(edition: str, office: Office, tmp_path: Path, scale: int) -> None:
    form = library.load(*edition.split("/"))
    seed = random.Random(f"{edition} lights")
    changes = [good_change(form, seed) for _ in range(BOOKS * scale // 4)]
    changes += [dict(spoiled(form, good_change(form, seed), seed)) for _ in range(BOOKS * scale * 3 // 4)]
    layout = layout_of(form)
    read = [*light_cells(form, layout).values(), *cover_cells()]
    lights = office.batch(empty_book(form, tmp_path), [sheet_changes(layout, change) for change in changes], read)
    assert disagreements(form, changes, lights) == []
    code_cell, overall_cell = cover_cells()
    for change, seen in zip(changes, lights, strict=True):
        submission = submission_of(form, change)
        assert seen[code_cell] == checksum(form, submission.value)
        # a text is an error in the sheet even where Python can tell which number is meant
        if not any(isinstance(raw, str) and address in form.cells for address, raw in change.items()):
            assert VERDICT_OF[str(seen[overall_cell])] == verdict(form, submission)


def test_every_instance_is_seen_in_all_three_states(office: Office, tmp_path: Path) -> None:
    """One good workbook, then every instance of every rule broken by one and made undecidable by a text."""
    form = library.load("gov-disclosure", "2021")
    layout = layout_of(form)
    seed = random.Random("three states")
    good = good_change(form, seed)
    cells = light_cells(form, layout)
    changes: list[Change] = [good]
    wanted: list[tuple[str, str]] = []
    for rule in form.rules:
        for instance in rule.instances:
            if instance.key not in cells or rule.id not in SUMS:
                continue
            for state, raw in (("broken", 10**6), ("undecided", "不详")):
                total = instance.addresses[0] if rule.id != "T3-ID" else instance.addresses[2]
                changes.append({**good, total: raw})
                wanted.append((instance.key, state))
    lights = office.batch(
        empty_book(form, tmp_path),
        [sheet_changes(layout, change) for change in changes],
        list(cells.values()),
        force=True,
    )
    assert disagreements(form, changes, lights) == []
    said = {"broken": "不符", "undecided": "待填"}
    assert all(lights[0][cell] == "通过" for key, cell in cells.items() if key.startswith("T"))
    assert len(wanted) == 2 * (7 + 7 + 25 + 3)
    for (key, state), seen in zip(wanted, lights[1:], strict=True):
        assert seen[cells[key]] == said[state], key


def test_a_changed_rule_changes_light_finding_sentence_and_schema(office: Office, tmp_path: Path) -> None:
    """The mutation test: one edit of the YAML, no Python touched, and all projections follow."""
    path = library.resource_root() / "template" / "gov-disclosure" / "2021" / "form.yaml"
    text = path.read_text("utf-8")
    changed = text.replace(
        "requests.total.$c + requests.carried_out.$c\n", "requests.total.$c + 2 * requests.carried_out.$c\n"
    ).replace("label: 本年收费金额（单位：万元）", "label: 本年收费金额（单位：万元）\n            min: 5")
    assert changed.count("2 * requests") == 1 and changed.count("min: 5") == 1
    from tianbao.forms.compile import compile_form
    from tianbao.forms.schema import submission_schema

    before = compile_form(text, "before", library.form_schema())
    after = compile_form(changed, "after", library.form_schema())
    seed = random.Random("mutation")
    change = {**good_change(before, seed), "proactive.fees.amount": 1}
    change["requests.carried_out.natural"] = _whole(change["requests.carried_out.natural"]) + 7
    change["requests.new.natural"] = _whole(change["requests.new.natural"]) + 7
    seen = {}
    for name, form in (("before", before), ("after", after)):
        layout = layout_of(form)
        folder = tmp_path / name
        folder.mkdir()
        cells = light_cells(form, layout)
        lights = office.batch(empty_book(form, folder), [sheet_changes(layout, change)], list(cells.values()))
        assert disagreements(form, [change], lights) == []
        instance = form.rule("T3-ID").instances[0]
        amount = submission_schema(form)["properties"]["cells"]["properties"]["proactive.fees.amount"]
        seen[name] = (lights[0][cells["T3-ID[natural]"]], instance.sentence, amount["minimum"])
    assert seen["before"] == ("通过", "“自然人”列：“本年新收”＋“上年结转”＝“（七）总计”＋“结转下年度”", 0)
    assert seen["after"] == ("不符", "“自然人”列：“本年新收”＋“上年结转”＝“（七）总计”＋2×“结转下年度”", 5)
