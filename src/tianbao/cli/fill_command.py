"""tianbao fill."""

from pathlib import Path

import click

from tianbao.cli import language as languages


@click.command("fill", short_help="把填报数据填进工作簿")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="DATA.json...")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE.xlsx|DIR")
@click.option(
    "--totals",
    type=click.Choice(["formula", "typed"]),
    default="formula",
    help="formula：总计由公式算出；typed：把数据里的总计当常数写进去（重现有错的报表用）",
)
@languages.option
def command(paths: tuple[Path, ...], output: Path, totals: str, lang: str | None) -> int:
    """把一份或多份填报数据（JSON 文件或文件夹）填进工作簿；多份时 -o 是文件夹，NAME.json 写成 NAME.xlsx。

    退出码：0 全部写出（不论数字对不对）；2 有一份不能写。
    """
    from tianbao.catalogue import words
    from tianbao.cli.output import Refused, write_bytes
    from tianbao.feedback.wording import worded
    from tianbao.verbs.make import fill

    language = languages.current(lang)
    for path in paths:
        if not path.exists():
            raise Refused(words.message("missing-path", language, path=path))
    into_folder = output.suffix.lower() != ".xlsx" or output.is_dir()
    if not into_folder and (len(paths) > 1 or paths[0].is_dir()):
        raise Refused(words.message("write-folder", language, path=output))
    refused, written = 0, list[Path]()
    for filled in fill(paths, totals):
        if filled.data is None or filled.form is None:
            refused += 1
            if filled.finding:
                said = worded(filled.finding, None, language)
                facts = {"source": filled.source, "message": said.message, "fix": said.fix}
                click.echo(words.message("refused", language, **facts), err=True)
            continue
        target = output / f"{Path(filled.source).stem}.xlsx" if into_folder else output
        if target in written:
            refused += 1
            click.echo(words.message("same-name", language, source=filled.source, path=target), err=True)
            continue
        write_bytes(target, filled.data, language)
        written.append(target)
        for address in filled.as_text:
            where = filled.form.where(address)
            click.echo(words.message("as-text", language, source=filled.source, where=where), err=True)
        for name in filled.not_written:
            click.echo(words.message("not-written", language, source=filled.source, name=name), err=True)
        for differ in filled.disagreements:
            facts = {
                "source": filled.source,
                "where": filled.form.where(differ.address),
                "found": differ.found,
                "expected": differ.expected,
            }
            click.echo(words.message("total-differs", language, **facts), err=True)
    if not refused and not written:
        raise Refused(words.message("nothing-found", language))
    return 2 if refused else 0
