"""tianbao forms."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tianbao.cli import language as languages

if TYPE_CHECKING:
    from tianbao.catalogue.words import Language
    from tianbao.forms.model import Form


@click.command("forms", short_help="列出、检查或解释表式定义")
@click.option(
    "--lint",
    "lint_path",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="检查 form.yaml（或它的文件夹）和旁边的 cases.yaml",
)
@click.option(
    "--explain",
    "explain_form",
    metavar="FORM",
    help="列出全部地址、位置、标题和规则；FORM 如 gov-disclosure 或 gov-disclosure/2019",
)
@click.option("--schema", "schema_form", metavar="FORM", help="输出填报数据的 JSON Schema")
@languages.option
def command(lint_path: Path | None, explain_form: str | None, schema_form: str | None, lang: str | None) -> int:
    """列出已有的表式和版；--lint 检查一份定义，--explain 解释一份定义。

    退出码：0 正常；1 定义有错；2 用法或环境不对。
    """
    from tianbao.cli.output import write_text
    from tianbao.forms import library
    from tianbao.verbs import forms

    language = languages.current(lang)
    if lint_path is not None:
        return _lint(lint_path, language)
    if explain_form or schema_form:
        form = _find(explain_form or schema_form or "", language)
        text = "\n".join(forms.explain(form)) + "\n" if explain_form else forms.schema_text(form)
        write_text("-", text, language)
        return 0
    for entry in library.listed():
        first, last = entry.years
        span = f"{first}—{last or ''}"
        click.echo(f"{entry.id}/{entry.edition}  {span}  {entry.name}")
    return 0


def _lint(path: Path, language: "Language") -> int:
    from tianbao.catalogue import words
    from tianbao.cli.output import Refused
    from tianbao.forms.mistakes import FormMistakes
    from tianbao.verbs import forms

    file = path / "form.yaml" if path.is_dir() else path
    try:
        linted = forms.lint(file)
    except FormMistakes as error:
        for line in forms.mistake_lines(error, language):
            click.echo(line)
        click.echo(words.message("lint-bad", language, name=error.name, count=len(error.mistakes)), err=True)
        return 1
    except UnicodeDecodeError:
        raise Refused(words.finding("FILE-ENCODING").message({}, language)) from None
    except OSError:
        raise Refused(words.message("missing-path", language, path=file)) from None
    counts = {
        "cells": len(linted.form.cells),
        "rules": len(linted.form.rules),
        "instances": sum(len(rule.instances) for rule in linted.form.rules),
        "cases": linted.cases,
    }
    click.echo(words.message("lint-ok", language, name=linted.name, **counts))
    return 0


def _find(asked: str, language: "Language") -> "Form":
    from tianbao.catalogue import words
    from tianbao.cli.output import Refused
    from tianbao.forms import library

    form_id, _, edition = asked.replace(" ", "/").partition("/")
    editions = [entry.edition for entry in library.listed() if entry.id == form_id]
    try:
        return library.load(form_id, edition or (editions[-1] if editions else ""))
    except library.UnknownForm as error:
        known = "、".join(error.known)
        raise Refused(words.message("unknown-form", language, asked=asked, known=known)) from None
