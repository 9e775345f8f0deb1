"""The entry point: the group, the language, and what becomes of errors."""

import gc
import sys

import click

from tianbao import __version__
from tianbao.cli.lazy import LazyGroup

EXIT_USAGE, EXIT_BUG = 2, 3

_COLLECT_EVERY = 50_000
"""Objects between two looks for garbage: what is loaded at the start is none, and files leave hardly any."""


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tianbao")
@click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="界面语言（默认按系统语言）")
def main(lang: str | None) -> None:  # noqa: ARG001  read from the context by cli/language.py
    """填报：一份表式定义，从锁定的 Excel 填报表到校验和正式年报。

    每个命令都有 --help。退出码：0 通过，1 有问题要处理，2 用法或环境不对，3 tianbao 自己的错误。
    """
    from tianbao.cli.cache import keep_forms

    keep_forms()


def run() -> None:
    """Runs the command line; our own faults become exit code 3 with a log that is ready to send."""
    gc.set_threshold(_COLLECT_EVERY, 20, 20)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="replace")
    try:
        code = main.main(standalone_mode=False)
    except click.exceptions.Exit as error:
        sys.exit(error.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("已中断", err=True)
        sys.exit(EXIT_USAGE)
    except OSError as error:
        from tianbao.catalogue import words
        from tianbao.cli.language import current

        click.echo(words.message("no-output", current(), problem=error.strerror or "?"), err=True)
        sys.exit(EXIT_USAGE)
    except Exception as error:  # noqa: BLE001  the last line of defence: a log instead of a traceback
        from tianbao.cli.bugs import report_bug
        from tianbao.forms.mistakes import FormMistakes

        if isinstance(error, FormMistakes):
            from tianbao.cli.language import current
            from tianbao.verbs.forms import mistake_lines

            click.echo("\n".join(mistake_lines(error, current())), err=True)
            sys.exit(EXIT_USAGE)
        report_bug()
        sys.exit(EXIT_BUG)
    sys.exit(code if isinstance(code, int) else 0)
