"""Reading YAML: what stays text, where things stand, and definitions that mean harm."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.forms.small import GOOD, compiled, edited, mistakes
from tianbao.forms.mistakes import Mark
from tianbao.forms.source import BOM, Node, lines_of, read


def ids(text: str) -> list[str]:
    return [mistake.id for mistake in read(text)[1]]


@pytest.mark.parametrize(
    "scalar",
    [
        "01",
        "no",
        "yes",
        "12:30",
        "1e3",
        "0x1F",
        "null",
        "~",
        "2024-01-01",
        "1_000",
        "=",
        "!!int 7",
        "NaN",
        "off",
        "0o17",
    ],
)
def test_every_scalar_stays_text(scalar: str) -> None:
    root, found = read(f"a: {scalar}\n")
    assert not found
    assert root.word("a") == scalar.removeprefix("!!int ")


def test_nodes_know_their_place() -> None:
    root, _ = read("form: 表\nlist:\n  - 'quoted'\n  - {key: value}\n  - >-\n    two\n    lines\n")
    assert (root.at("form"), root.keys["form"]) == (Mark(1, 7, 1), Mark(1, 1, 4))
    quoted, inner, folded = root.nodes("list")
    assert (quoted.mark, quoted.quoted, quoted.text) == (Mark(3, 5, 8), True, "quoted")
    assert inner.keys["key"] == Mark(4, 6, 3)
    assert (folded.mark, folded.text) == (Mark(5, 5, 1), "two lines")
    assert root.at("nothing") == root.mark
    assert root.words("list")[0] == "quoted"
    assert (root.words("nothing"), root.nodes("nothing"), root.word("nothing", "x")) == ((), (), "x")
    assert root.find(iter(["list", 1, "key"])).text == "value"
    assert root.plain() == {"form": "表", "list": ["quoted", {"key": "value"}, "two lines"]}


def test_an_alias_is_the_node_of_its_anchor() -> None:
    root, found = read("a: &x {b: 1}\nc: *x\nd: &y [*x, *x]\n*y : 3\n")
    assert ids("a: &x {b: 1}\n*x : 3\n") == ["YAML-KEY"]
    assert [mistake.id for mistake in found] == ["YAML-KEY"]
    assert root.get("a") is root.get("c")
    assert root.nodes("d") == (root.get("a"), root.get("a"))


@pytest.mark.parametrize("form", ["a: &x [*x]\n", "a: &x {b: {c: *x}}\n", "a: &x {? *x : b}\n"])
def test_an_anchor_inside_itself(form: str) -> None:
    assert ids(form) == ["YAML-DEEP"]


def doubled(levels: int) -> str:
    return "a0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, levels))


@pytest.mark.parametrize(
    ("hostile", "expected"),
    [
        ("[" * 100_000, "YAML-DEEP"),
        ("{a: " * 50_000, "YAML-DEEP"),
        ("- " * 50_000, "YAML-DEEP"),
        ("a: " + "[" * 900 + "]" * 900, "YAML-DEEP"),
        (doubled(200), "YAML-LARGE"),
        ("a0: &a0 x\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 300)), "YAML-DEEP"),
        ("a: " + "x" * 5_000_000 + "\n? [b]\n: c\n", "YAML-KEY"),
        ("k: v\n" * 9_000, "YAML-TWICE"),
        ("a: *nobody\n", "YAML-SYNTAX"),
        ("a: 1\n...\n---\nb: 2\n", "YAML-SYNTAX"),
        ("a: '\n", "YAML-SYNTAX"),
        ("a: \ud800\n", "YAML-SYNTAX"),
        ("a: \x00\n", "YAML-SYNTAX"),
        ("\x0c", "YAML-SYNTAX"),
        ("%YAML 9.9\n---\na: 1\n", "YAML-SYNTAX"),
        ("# nothing\n", "YAML-EMPTY"),
        ("---\n...\n", "YAML-EMPTY"),
        ("&a [1]", "YAML-EMPTY"),
        ("*a", "YAML-SYNTAX"),
    ],
    ids=range(19),
)
def test_hostile_texts_are_refused_at_once(hostile: str, expected: str) -> None:
    before = time.perf_counter()
    assert set(ids(hostile)) == {expected}
    assert time.perf_counter() - before < 10


def test_headings_inside_headings_by_anchors_are_refused() -> None:
    nested = "      - &h0 {id: x0, label: 甲}\n" + "".join(
        f"      - &h{n} {{id: x{n}, label: 甲, of: [*h{n - 1}, *h{n - 1}, *h{n - 1}]}}\n" for n in range(1, 20)
    )
    found = mistakes(edited(("      - {id: firms, label: 企业}\n", nested))).mistakes
    assert [mistake.id for mistake in found] == ["YAML-LARGE"]


def test_byte_order_mark_and_windows_lines() -> None:
    windows = BOM + GOOD.replace("\n", "\r\n")
    assert compiled(windows) == compiled(GOOD)
    broken = mistakes(windows.replace("form: small", "form: small small")).mistakes[0]
    assert (broken.mark, broken.id) == (Mark(1, 7, 11), "FORM-PATTERN")
    assert read(BOM + "\x01")[1][0].mark == Mark(1, 1)
    assert read("a: 1\r\nb: \x01")[1][0].mark == Mark(2, 4)


def test_lines_are_those_of_yaml() -> None:
    assert lines_of(BOM + "a\r\nb\rc\x85d\u2028e\u2029f\x0bg\n") == ["a", "b", "c", "d", "e", "f\x0bg", ""]
    assert lines_of("") == [""]


@given(st.text(max_size=60) | st.lists(st.sampled_from("a:- \n\t[]{},&*!|>'\"%#?x"), max_size=60).map("".join))
def test_no_text_raises(text: str) -> None:
    root, found = read(text)
    assert isinstance(root, Node)
    assert root.kind == "map"
    assert all(1 <= mistake.mark.line <= len(lines_of(text)) for mistake in found)
