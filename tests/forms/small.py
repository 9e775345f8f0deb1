"""A small definition without mistakes, and edits of it."""

from tianbao.forms import library
from tianbao.forms.compile import compile_form
from tianbao.forms.mistakes import FormMistakes
from tianbao.forms.model import Form

GOOD = """\
form: small
edition: "2024"
name: 小表
title: "{agency}{year}年小表"
years: {from: 2024}
signoff:
  - {id: head, label: 负责人}
value: count
unit: 件
blank: ask
sections:
  - id: overview
    title: 一、总体情况
    sheet: 总体情况
    text:
      guide: 写总体情况。
  - id: work
    title: 二、办件
    sheet: 办件
    columns:
      - {id: people, label: 自然人}
      - {id: firms, label: 企业}
      - {id: total, label: 总计, sum: siblings, rule: W-ROW}
    rows:
      - {id: came, label: 收到}
      - {id: done, label: 办结}
      - {id: days, label: 平均天数, value: amount, unit: 天, places: 1}
  - id: site
    title: 三、网站
    sheet: 网站
    blank: must
    rows:
      - {id: unified, label: 统一平台, value: yesno}
      - {id: kind, label: 类型, value: choice, choices: [门户, 部门]}
      - {id: name, label: 名称, value: text, like: "^.{2,}$"}
rules:
  - id: W-ROW
    source: 标题“总计”
  - id: W-DONE
    holds: work.done.$c <= work.came.$c
    severity: error
    source: 由标题推断
"""


def compiled(text: str = GOOD) -> Form:
    """The form. Raises FormMistakes."""
    return compile_form(text, "small.yaml", library.form_schema())


def edited(*edits: tuple[str, str], text: str = GOOD) -> str:
    """The definition with every old text, which must stand in it exactly once, replaced."""
    for old, new in edits:
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        text = text.replace(old, new)
    return text


def with_rule(holds: str) -> str:
    """The definition with one more rule."""
    return f"{GOOD}  - id: X\n    severity: error\n    source: 无\n    holds: {holds}\n"


def mistakes(text: str) -> FormMistakes:
    """What is wrong with the definition; it must be something."""
    try:
        compiled(text)
    except FormMistakes as error:
        return error
    raise AssertionError("no mistake found")


def repaired() -> str:
    """The definition with a section that may stay blank, for cases that say nothing of it."""
    return edited(("    blank: must\n", "    blank: may\n"))
