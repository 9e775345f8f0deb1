"""tianbao template."""

from datetime import date
from pathlib import Path

import click

from tianbao.cli import language as languages

_LONGEST = 100
"""Characters of an agency's name or a date that fit a cover."""


@click.command("template", short_help="生成空白填报表")
@click.option("--form", "form_id", metavar="F", help="表式（默认政府信息公开工作年度报告）；见 tianbao forms")
@click.option("--edition", metavar="E", help="版（默认按年份）")
@click.option("--year", type=click.IntRange(1949, 2999), metavar="Y", help="报告年度（默认上一年）")
@click.option("--agency", metavar="NAME", help="填报单位；不写则由填报人在封面填写")
@click.option("--deadline", default="", metavar="DATE", help="报送截止日期，印在封面")
@click.option("--password", default=None, metavar="P", help="工作表保护密码（默认 tianbao）")
@click.option("-o", "--output", type=click.Path(path_type=Path), default=Path("template.xlsx"), metavar="FILE")
@languages.option
def command(
    form_id: str | None,
    edition: str | None,
    year: int | None,
    agency: str | None,
    deadline: str,
    password: str | None,
    output: Path,
    lang: str | None,
) -> int:
    """生成带锁定、公式、勾稽校验和填写提示的空白工作簿。

    锁定只是防止误改，不是保密措施；工作表保护密码默认是 tianbao。
    """
    from tianbao.catalogue import words
    from tianbao.cli.output import Refused, file_name, write_bytes
    from tianbao.forms import library
    from tianbao.verbs.make import template

    language = languages.current(lang)
    for text in (agency or "", deadline):
        if len(text) > _LONGEST:
            raise Refused(words.message("too-long", language, text=text[:20], limit=_LONGEST))
    report_year = year or date.today().year - 1
    form_id = form_id or library.DEFAULT_FORM
    try:
        form = library.load(form_id, edition) if edition else library.for_year(form_id, report_year)
    except library.UnknownForm as error:
        known = "、".join(error.known)
        raise Refused(words.message("unknown-form", language, asked=error.asked, known=known)) from None
    path = output / f"{file_name(agency or 'template')}.xlsx" if output.is_dir() else output
    write_bytes(path, template(form, report_year, agency, deadline, password), language)
    return 0
