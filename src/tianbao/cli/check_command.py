"""tianbao check."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tianbao.cli import language as languages

if TYPE_CHECKING:
    from tianbao.findings import Checked
    from tianbao.forms.model import Form

_EXIT = {"passed": 0, "queried": 1, "failed": 1, "unreadable": 1}


@click.command("check", short_help="校验填报表和填报数据")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--json", "json_file", metavar="FILE|-", help="把结果写成 JSON；- 表示标准输出（其余不再输出）")
@languages.option
def command(paths: tuple[Path, ...], json_file: str | None, lang: str | None) -> int:
    """校验填报表（.xlsx）、填报数据（.json）和装有它们的文件夹，逐格说明问题和改法。

    退出码：0 全部通过（提示和已说明的不算）；1 有错误、需说明或读不了的；2 没有找到填报表。
    """
    from rich.console import Console

    from tianbao.catalogue import words
    from tianbao.cli.bugs import report_bug
    from tianbao.cli.output import Refused, write_text
    from tianbao.feedback.check_json import Entry, check_data
    from tianbao.feedback.terminal import print_checked, print_summary
    from tianbao.findings import Checked, PassedOver
    from tianbao.submission import json_text
    from tianbao.verbs.check import Bug, MissingPath, check

    language = languages.current(lang)
    console = Console(highlight=False) if json_file != "-" else None
    entries: list[Entry] = []
    passed_over: list[PassedOver] = []
    bugs: list[Bug] = []
    partial = False
    try:
        for result in check(paths):
            if isinstance(result, Checked):
                entries.append((result, _form(result)))
                if console:
                    print_checked(console, *entries[-1], language)
            elif isinstance(result, PassedOver):
                passed_over.append(result)
            else:
                bugs.append(result)
    except KeyboardInterrupt:
        partial = True
    except MissingPath as error:
        raise Refused(words.message("missing-path", language, path=error)) from None
    if console:
        print_summary(console, entries, passed_over, language)
    if json_file:
        write_text(json_file, json_text(check_data(entries, passed_over, language, partial=partial)), language)
    if partial:
        raise Refused(words.message("interrupted", language))
    if bugs:
        report_bug("\n".join(f"{bug.source}\n{bug.trace}" for bug in bugs))
        return 3
    if not entries:
        raise Refused(words.message("nothing-found", language))
    return _worst(checked.verdict for checked, _ in entries)


def _form(checked: "Checked") -> "Form | None":
    from tianbao.forms import library

    submission = checked.submission
    return library.load(submission.form, submission.edition) if submission else None


def _worst(verdicts: Iterable[str]) -> int:
    return max(_EXIT[verdict] for verdict in verdicts)
