"""Every mistake of a form author: its id, its line and column, what is underlined, and nothing else said."""

import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from tests.forms.small import GOOD, compiled, edited, mistakes, repaired, with_rule
from tianbao.catalogue import words
from tianbao.forms import library
from tianbao.forms.cases import read_cases
from tianbao.forms.mistakes import FormMistakes
from tianbao.forms.source import MOST_NODES
from tianbao.verbs import forms

LANGUAGES = get_args(words.Language)
PLACE = "¦"
DEEP = "a: " + "[" * 60 + "]" * 60 + "\n"
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{now}: &{now} [{', '.join(['*' + before] * 10)}]\n" for before, now in zip("abcdefgh", "bcdefghi", strict=True)
)
MANY_ROWS = "".join(f"      - {{id: r{number}, label: 行{number}, repeat: 99}}\n" for number in range(40))
MANY_LINES = "".join(f"- {{id: line{number}, label: 甲}}\n  " for number in range(8))
LONG = "长" * 300
UNIFIED = "{id: unified, label: 统一平台, value: yesno}"
DEEP_ROWS = f"{{id: {'k' * 40}, label: 甲, of: [{{id: {'l' * 39}, label: 乙}}]}}"
"""With a section's id of forty characters an address of 121."""

BUILT = [
    ("YAML-SYNTAX", edited(("title: 二、办件", f"title: 二、{PLACE}\x07办件"))),
    ("YAML-SYNTAX", f"{GOOD}{PLACE}---\nform: y\n"),
    ("YAML-EMPTY", PLACE),
    ("YAML-EMPTY", f"{PLACE}- a\n- b\n"),
    ("YAML-EMPTY", f"{PLACE}just text\n"),
    ("YAML-DEEP", DEEP.replace("[" * 60, "[" * 39 + PLACE + "[" * 21)),
    ("YAML-DEEP", f"form: x\nsections: &s\n  - {{id: a, of: {PLACE}*s}}\n"),
    ("YAML-LARGE", LAUGHS.replace("e: &e [", f"e: {PLACE}&e [")),
    ("YAML-LARGE", f"a: {PLACE}[{'x, ' * MOST_NODES}x]\n"),
    ("FORM-LONG", edited(("label: 收到", f"label: 收到, help: {PLACE}{LONG}"))),
    ("FORM-LONG", edited(("{id: head, label", f"{{id: {PLACE}{'h' * 41}, label"))),
    ("FORM-LONG", edited(("form: small\n", f"form: {PLACE}{'f' * 240}\n"))),
    ("FORM-LONG", edited(("id: overview", f"id: {PLACE}{'o' * 300}"))),
    ("FORM-LONG", edited(("{id: firms", f"{{id: {PLACE}{'f' * 300}"))),
    ("FORM-LONG", edited(('"^.{2,}$"', f'{PLACE}"{"(" * 101}"'))),
    ("FORM-LONG", with_rule(f"{PLACE}{'not ' * 3000}filled(overview)")),
    ("FORM-LONG", with_rule(f"{PLACE}{'1 * ' * 3000}work.came.total > 0")),
    ("ADDRESS-LONG", edited(("id: site", f"id: {PLACE}{'s' * 40}"), (UNIFIED, DEEP_ROWS))),
    ("RULE-DEEP", with_rule(f"{'not ' * 9}{PLACE}filled(overview)")),
    ("RULE-DEEP", with_rule(f"{'1 * ' * 9}{PLACE}work.came.total > 0")),
    ("FORM-MANY", edited(("  - {id: head", f"  {PLACE}{MANY_LINES}- {{id: head"))),
    ("FORM-LARGE", edited(("  - id: work", f"  - {PLACE}id: work"), ("label: 收到}\n", "label: 收到}\n" + MANY_ROWS))),
    ("VALUE-LIST", edited(("[门户, 部门]", f"{PLACE}[" + ", ".join(f"{LONG[:50]}{n}" for n in range(6)) + "]"))),
    ("RULE-TEXT-LONG", with_rule(f'overview mentions {PLACE}"{LONG}"')),
]  # fmt: skip
"""Mistakes that take long or strange texts; all others stand in mistakes.txt."""


def listed() -> Iterator[tuple[str, str]]:
    """id and definition of every entry of mistakes.txt."""
    entries = (Path(__file__).parent / "mistakes.txt").read_text("utf-8").split("\n== ")[1:]
    for entry in entries:
        name, *lines = entry.rstrip("\n").split("\n")
        if lines[0].startswith("rule: "):
            yield name, with_rule(lines[0].removeprefix("rule: "))
            continue
        changes: list[tuple[str, str]] = []
        for sign, group in groupby(lines, key=lambda line: line[0]):
            text = "".join(line[2:] + "\n" for line in group)
            if sign == "<":
                changes.append((text, ""))
            elif sign == ">":
                changes[-1] = (changes[-1][0], text)
        yield name, edited(*changes)


TABLE = [*BUILT, *listed()]
NAMES = [f"{name}-{at}" for at, (name, _) in enumerate(TABLE)]


def placed(text: str) -> tuple[str, int, int]:
    """The text without the sign of the place, and the line and column where it stood."""
    assert text.count(PLACE) == 1
    before, after = text.split(PLACE)
    return before + after, before.count("\n") + 1, len(before) - before.rfind("\n")


@pytest.mark.parametrize(("expected", "text"), TABLE, ids=NAMES)
def test_each_mistake_is_said_once_and_at_its_place(expected: str, text: str) -> None:
    text, line, column = placed(text)
    found = mistakes(text).mistakes
    assert [(mistake.id, mistake.mark.line, mistake.mark.column) for mistake in found] == [(expected, line, column)]


@pytest.mark.parametrize(("expected", "text"), TABLE, ids=NAMES)
def test_each_mistake_is_worded_with_its_line_and_caret(expected: str, text: str) -> None:
    text, line, column = placed(text)
    for language in LANGUAGES:
        said, *shown, advice = forms.mistake_lines(mistakes(text), language)
        assert said.startswith(f"small.yaml:{line}:{column}: ")
        assert re.fullmatch("    → .+", advice)
        assert len(shown) == 2
        assert re.fullmatch("    [ 　]*[\\^]+", shown[1])
        assert len(shown[0]) < 200


@pytest.mark.parametrize("name", words.mistakes())
def test_wordings_name_only_facts_that_there_are(name: str) -> None:
    """A {fact} that no mistake of the kind has would be worded as nothing."""
    entry = words.mistake(name)
    provoked = [text for expected, text in TABLE if expected == name]
    texts = [*entry.said.values(), *entry.fix.values()]
    wanted = {field for text in texts for _, field, _, _ in Formatter().parse(text) if field}
    for text in provoked:
        facts = mistakes(placed(text)[0]).mistakes[0].facts
        assert wanted - {"near_zh", "near_en"} <= set(facts)
        assert ("near" in facts) == ("near_zh" in wanted)


def test_the_caret_stands_under_the_mistake() -> None:
    text = with_rule("work.came.total > 0 and 收到 = 1")
    assert list(forms.mistake_lines(mistakes(text), "zh")) == [
        "small.yaml:46:36: 规则里不能有字符“收”",
        "        holds: work.came.total > 0 and 收到 = 1",
        " " * 39 + "^^",
        "    → 运算用半角 + - * = < > ( )，文字用双引号",
    ]


def test_full_width_text_before_the_caret_takes_its_width() -> None:
    lines = list(forms.mistake_lines(mistakes(edited(("title: 二、办件", "title: 二、办件: 表"))), "en"))
    assert lines[1].index(": 表") == lines[2].index("^")
    assert lines[2] == " " * 15 + "　" * 4 + "^"


def test_a_very_long_line_is_shown_around_the_mistake() -> None:
    text = edited(("  - {id: head, label: 负责人}", "  - {id: head, " + " " * 90_000 + "labl: 甲}"))
    line, caret = list(forms.mistake_lines(mistakes(text), "zh"))[1:3]
    assert len(line) < 200
    assert line[caret.index("^") :].startswith("labl")


def test_escapes_and_folded_rules_are_marked_as_a_whole() -> None:
    escaped = mistakes(with_rule('"overview mentions \\"甲\\" andd"')).mistakes[0]
    assert (escaped.id, escaped.mark.column, escaped.mark.length) == ("RULE-EXPECTED", 12, 30)
    folded = mistakes(with_rule(">-\n      work.came.total ==\n      1")).mistakes[0]
    assert (folded.id, folded.mark.line, folded.mark.length) == ("RULE-EQUALS", 46, 1)


def test_a_key_that_is_nearly_right_counts_as_the_one_that_was_meant() -> None:
    """One slip is one message: nothing else is unknown because `columns` was misspelled."""
    found = mistakes(edited(("    columns:\n", "    colums:\n"), ("label: 企业}", "lable: 企业}"))).mistakes
    assert [(mistake.id, mistake.facts["near"]) for mistake in found] == [
        ("FORM-KEY", "columns"),
        ("FORM-KEY", "label"),
    ]


ROW = "      - {id: came, label: 收到}\n"
ROWS = GOOD[GOOD.index(ROW) : GOOD.index("  - id: site")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (f"    rows:\n{ROWS}", "    rows: none\n", "FORM-TYPE"),
        (ROW, "      - 收到\n", "FORM-TYPE"),
        ("  - id: work\n    title", "  - title", "FORM-MISSING"),
        ("value: yesno}", "value: yes_no, min: 3}", "FORM-CHOICE"),
        ("rule: W-ROW}", "rule: W ROW}", "FORM-PATTERN"),
        ("    holds: work.done.$c <= work.came.$c", "    holds: [a]", "FORM-TYPE"),
        ("  - id: W-DONE\n    holds", "  - holds", "FORM-MISSING"),
        ("choices: [门户, 部门]", "choices: 门户", "FORM-TYPE"),
        ("sum: siblings, rule", "sum: sibling, rule", "FORM-PATTERN"),
    ],
)
def test_what_follows_from_a_mistake_is_not_told(old: str, new: str, expected: str) -> None:
    rule = 'site.unified = yes and site.kind = "门户" implies work.days.people > 0'
    assert [mistake.id for mistake in mistakes(edited((old, new), text=with_rule(rule))).mistakes] == [expected]


def test_ten_mistakes_at_once() -> None:
    planted = [
        ("form: small\n", f"form: small\n{PLACE}colour: red\n", "FORM-KEY"),
        ("{from: 2024}", f"{{from: 2024, to: {PLACE}1999}}", "FORM-YEARS"),
        ("blank: ask\n", f"blank: {PLACE}aks\n", "FORM-CHOICE"),
        ("  - id: overview\n    title: 一、总体情况\n", f"  - {PLACE}id: overview\n", "FORM-MISSING"),
        ("sheet: 办件", f"sheet: {PLACE}总体情况", "FORM-TWICE"),
        ("{id: firms", f"{PLACE}{{id: people", "ADDRESS-TWICE"),
        ("label: 办结}", f"label: 办结, max: -1, min: {PLACE}0}}", "VALUE-RANGE"),
        ("value: yesno}", f"value: yesno, places: {PLACE}2}}", "VALUE-MISUSE"),
        ("id: W-ROW\n", f"id: {PLACE}W-ROWW\n", "RULE-EMPTY"),
        ("work.done.$c <= work.came.$c", f"work.done.$c <= {PLACE}work.cane.$c", "RULE-UNKNOWN"),
    ]
    text = edited(*((old, new) for old, new, _ in planted))
    wanted = []
    for _, _, name in planted:
        before = text[: text.index(PLACE)]
        wanted.append((name, before.count("\n") + 1, len(before) - before.rfind("\n")))
        text = text.replace(PLACE, "", 1)
    error = mistakes(text)
    assert [(mistake.id, mistake.mark.line, mistake.mark.column) for mistake in error.mistakes] == wanted
    assert len([line for line in forms.mistake_lines(error, "zh") if line.startswith("small.yaml:")]) == 10


CASES = """\
base:
  year: 2024
  cells: {work.came.people: 3}
  texts: {overview: 写了。}
cases:
  - case: 少一件
    cells: {work.came.total: 2}
    findings: ["W-ROW[came]"]
"""

IN_CASES = [
    ("CASES-ADDRESS", ("work.came.people:", "¦work.came.peeple:")),
    ("CASES-ADDRESS", ("overview:", "¦overvew:")),
    (
        "CASES-DIFFER",
        ("case: 少一件\n    cells: {work.came.total: 2}", "¦case: 少一件\n    cells: {work.came.total: 3}"),
    ),
    ("FORM-KEY", ("findings:", "¦finding:")),
    ("FORM-MISSING", ("case: 少一件\n", "¦note: 少一件\n")),
    ("FORM-PATTERN", ("year: 2024", "year: ¦二〇二四")),
    ("FORM-TYPE", ('["W-ROW[came]"]', "¦W-ROW[came]")),
    ("YAML-SYNTAX", ("    findings:", "¦\tfindings:")),
]


@pytest.mark.parametrize(("expected", "change"), IN_CASES, ids=[name for name, _ in IN_CASES])
def test_mistakes_in_cases(tmp_path: Path, expected: str, change: tuple[str, str]) -> None:
    text, line, column = placed(edited(change, text=CASES))
    (tmp_path / "form.yaml").write_text(repaired(), "utf-8")
    (tmp_path / "cases.yaml").write_text(text, "utf-8")
    with pytest.raises(FormMistakes) as caught:
        forms.lint(tmp_path / "form.yaml")
    places = {(mistake.id, mistake.mark.line, mistake.mark.column) for mistake in caught.value.mistakes}
    assert (expected, line, column) in places
    assert caught.value.name.endswith("cases.yaml")
    for language in LANGUAGES:
        assert list(forms.mistake_lines(caught.value, language))


def test_every_mistake_is_catalogued_and_provoked() -> None:
    provoked = {name for name, _ in (*TABLE, *IN_CASES)}
    assert provoked == set(words.mistakes())


def test_the_good_definition_has_none() -> None:
    form = compiled()
    assert list(form.cells) == [
        *(f"work.{row}.{column}" for row in ("came", "done", "days") for column in ("people", "firms", "total")),
        *(f"site.{row}" for row in ("unified", "kind", "name")),
    ]
    assert [instance.key for instance in form.rule("W-DONE").instances] == [
        "W-DONE[people]",
        "W-DONE[firms]",
        "W-DONE[total]",
    ]


def test_all_forms_that_ship_are_without_mistakes() -> None:
    for listed in library.listed():
        linted = forms.lint(listed.path)
        assert linted.cases > 1
        assert read_cases(library.cases_beside(listed.path).read_text("utf-8"), linted.form)[1] == ()
