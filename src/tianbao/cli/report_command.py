"""tianbao report."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tianbao.cli import language as languages

if TYPE_CHECKING:
    from tianbao.catalogue.words import Language
    from tianbao.findings import Checked


@click.command("report", short_help="生成一份正式年报")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option("--draft", is_flag=True, help="有错误也生成，每页标“草稿”")
@click.option("--watermark", default="", metavar="TEXT", help="在每页标上文字，如“示例”")
@languages.option
def command(path: Path, output: Path, draft: bool, watermark: str, lang: str | None) -> int:
    """用一份填报表或填报数据生成正式年报：report.docx、report.html、report.pdf、report.json。

    写出后重新读回，逐格与数据比对。退出码：0 已生成；1 有错误未改正，没有生成；2 用法或环境不对。
    """
    from tianbao.catalogue import words
    from tianbao.cli.output import Refused
    from tianbao.feedback.terminal import checked_lines, printer
    from tianbao.findings import Checked
    from tianbao.forms import library
    from tianbao.verbs.check import Bug, MissingPath, check

    language = languages.current(lang)
    try:
        results = list(check([path]))
    except MissingPath as error:
        raise Refused(words.message("missing-path", language, path=error)) from None
    found = [result for result in results if isinstance(result, Checked)]
    if any(isinstance(result, Bug) for result in results):
        raise RuntimeError(next(result.trace for result in results if isinstance(result, Bug)))
    if len(found) != 1:
        raise Refused(words.message("one-only" if found else "nothing-found", language))
    checked = found[0]
    submission = checked.submission
    form = library.load(submission.form, submission.edition) if submission else None
    say = printer(sys.stderr)
    for line in checked_lines(checked, form, language):
        say(line)
    if submission is None:
        return 1
    errors = sum(finding.severity == "error" for finding in checked.findings)
    if errors and not draft:
        click.echo(words.message("report-refused", language, count=errors), err=True)
        return 1
    stamps = [words.message("draft", "zh")] if draft else []
    return _write(checked, output, "　".join([*stamps, *([watermark] if watermark else [])]), language)


def _write(checked: "Checked", output: Path, stamp: str, language: "Language") -> int:
    from tianbao.catalogue import words
    from tianbao.cli.output import write_bytes
    from tianbao.verbs.report import report

    code = 0
    for written in report(checked, stamp):
        if written.data is None:
            facts = dict(written.facts)
            click.echo(words.message(written.problem, language, file=written.name, **facts), err=True)
            code = code if written.problem == "extra-missing" else 1
            continue
        write_bytes(output / written.name, written.data, language)
        for wanted, used in written.notes:
            facts = {"file": written.name, "wanted": wanted, "used": used}
            click.echo(words.message("font-substitute", language, **facts), err=True)
    return code
