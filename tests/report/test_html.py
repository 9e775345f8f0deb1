"""The HTML report: one file, semantic, closed to the outside, and text that stays text."""

import re

import pytest
from lxml import etree, html

from tests.report import samples
from tianbao.report.document import Document, Heading
from tianbao.report.html import render_html

FULL = render_html(samples.full())


def said(node: etree._Element) -> str:
    return "".join(str(piece) for piece in node.itertext())


def table(root: etree._Element, name: str) -> etree._Element:
    [found] = root.findall(f".//table[@id='grid-{name}']")
    return found


def test_no_script_and_no_outside_reference() -> None:
    root = html.document_fromstring(FULL)
    tags = {str(node.tag) for node in root.iter()}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "base"})
    names = {str(name) for node in root.iter() for name in node.attrib}
    assert not {name for name in names if name in ("src", "href", "srcset") or name.startswith("on")}
    assert re.findall(r"url\(|@import|https?:", FULL) == []


def test_hostile_text_makes_no_element() -> None:
    root = html.document_fromstring(render_html(samples.hostile()))
    small = html.document_fromstring(render_html(samples.full()))
    assert {node.tag for node in root.iter()} <= {node.tag for node in small.iter()}
    assert "49" not in said(root)  # {{ 7 * 7 }} is text


def test_structure() -> None:
    root = html.document_fromstring(FULL)
    assert root.get("lang") == "zh-CN"
    assert len(root.findall(".//h1")) == 1
    assert [len(root.findall(f".//{tag}")) for tag in ("h2", "h3", "table", "caption")] == [6, 3, 3, 3]
    for region in root.findall(".//div[@role='region']"):
        assert region.get("tabindex") == "0"
        [named] = root.findall(f".//caption[@id='{region.get('aria-labelledby')}']")
        assert said(named)


def test_headings_say_what_they_head() -> None:
    root = html.document_fromstring(FULL)
    scopes = {said(node): node.get("scope") for node in root.iter("th")}
    assert None not in scopes.values()
    assert scopes["申请人情况"] == "colgroup"
    assert scopes["自然人"] == "col"
    assert scopes["（三）不予公开"] == "rowgroup"
    assert scopes["1.属于国家秘密"] == "row"
    assert scopes["第二十条第（五）项"] == "rowgroup"
    assert len(table(root, "requests").findall("thead/tr")) == 3
    assert len(table(root, "disclosure").findall("tbody")) == 4


def test_values_carry_their_address() -> None:
    root = html.document_fromstring(FULL)
    cells = {node.get("data-address"): said(node) for node in root.iter("td") if node.get("data-address")}
    assert len(cells) == 175 + 10 + 15
    assert cells["requests.r3.c3"] == "303"


def test_a_caption_that_repeats_the_heading_is_only_spoken() -> None:
    grid = samples.small().content[2]
    assert 'class="spoken"' not in render_html(Document(("题",), "zh-CN", (grid,)))
    assert 'class="spoken"' in render_html(Document(("题",), "zh-CN", (Heading("一张表"), grid)))


@pytest.mark.parametrize("stamp", ["", "草稿"])
def test_stamp(stamp: str) -> None:
    text = render_html(samples.full(stamp))
    assert ('class="stamp"' in text) == bool(stamp)
    printed = text[text.index("@media print") :]
    assert re.search(r"\.stamp \{ position: fixed;", printed)  # what browsers repeat on every page
