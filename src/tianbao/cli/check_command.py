"""tianbao check."""

from pathlib import Path
from typing import Any

import click

from tianbao.cli import language as languages

_FILE = click.Path(path_type=Path, dir_okay=False)
_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.command("check", short_help="校验填报表和填报数据")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option("--json", "json", metavar="FILE|-", help="把结果写成 JSON；- 表示标准输出（其余不再输出）")
@click.option("--jsonl", metavar="FILE|-", help="每份一行 JSON，校验完一份写一行；- 表示标准输出")
@click.option("--xlsx", type=_FILE, metavar="FILE", help="汇总工作簿：总览、问题清单、数据")
@click.option("--html", type=_FILE, metavar="FILE", help="一个网页：可查找、筛选，不需要联网")
@click.option("--marked", type=_FOLDER, metavar="DIR", help="给退回和需说明的每份写一份退回件（标出问题的工作簿）")
@click.option("--reply", type=_FOLDER, metavar="DIR", help="给每份写一份给单位的答复（文本）")
@click.option("-q", "--quiet", is_flag=True, help="只输出总数")
@click.option("-v", "--verbose", is_flag=True, help="提示、通过的和跳过的也逐条列出")
@click.option("-j", "--jobs", type=click.IntRange(1, 256), help="同时用几个进程（默认：全部处理器）")
@click.option(
    "--engine", metavar="dask[=ADDRESS]", help="用 dask 集群计算（需要 tianbao[dask]）；不写地址就在本机建一个"
)
@click.option("-p", "--password", "passwords", multiple=True, metavar="P", help="打开密码，可以重复")
@click.option("--stats", is_flag=True, help="在标准错误输出用时和速度")
@click.option("--max-seconds", type=click.FloatRange(0.1, 3600), help="一份最多读多少秒（默认 10）")
@click.option("--max-memory", type=click.IntRange(64, 2**20), metavar="MIB", help="一份最多用多少内存（默认 1024）")
@click.option("--max-expanded", type=click.IntRange(1, 2**20), metavar="MIB", help="一份展开后最多多大（默认 256）")
@click.option("--max-input", type=click.IntRange(1, 2**20), metavar="MIB", help="一个文件最多多大（默认 200）")
@languages.option
def command(paths: tuple[Path, ...], **given: Any) -> int:
    """校验收回的工作簿、填报数据和装有它们的文件夹、压缩包、邮件，逐格说明问题和改法。

    退出码：0 全部通过（提示和已说明的不算）；1 有错误、需说明或读不了的；2 用法或环境不对、没有找到填报表、被中断；
    3 tianbao 自己出错。
    """
    from tianbao.cli.check_outputs import Targets, examine, within
    from tianbao.cli.check_run import run
    from tianbao.verbs.options import Options

    language = languages.current(given["lang"])
    targets = Targets(**{name: given[name] for name in ("json", "jsonl", "xlsx", "html", "marked", "reply")})
    examine(targets, paths, language)
    options = Options(
        passwords=given["passwords"],
        limits=_limits(given),
        jobs=given["jobs"] or 0,
        engine=_engine(given["engine"]),
        language=language,
        outputs=within(targets, paths),
        with_figures=targets.xlsx is not None,
        with_details=not (given["quiet"] or targets.stdout_taken),
        everything=given["verbose"],
        with_marked=targets.marked is not None,
        with_reply=targets.reply is not None,
    )
    return run(paths, targets, options, quiet=given["quiet"], stats=given["stats"])


def _limits(given: dict[str, Any]) -> Any:
    from dataclasses import replace

    from tianbao.intake.limits import DEFAULT, MIB

    asked = {
        "seconds": given["max_seconds"],
        "memory_bytes": given["max_memory"] and given["max_memory"] * MIB,
        "expanded_bytes": given["max_expanded"] and given["max_expanded"] * MIB,
        "input_bytes": given["max_input"] and given["max_input"] * MIB,
    }
    return replace(DEFAULT, **{name: value for name, value in asked.items() if value})


def _engine(asked: str | None) -> str:
    if asked and asked.partition("=")[0] != "dask":
        raise click.BadParameter("dask, dask=tcp://…", param_hint="--engine")
    return asked or ""
