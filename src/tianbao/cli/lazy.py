"""Commands that are imported only when they run, so that --help costs what click costs."""

from importlib import import_module

import click

COMMANDS = {
    "forms": "列出、检查（--lint）或解释（--explain）表式定义",
    "template": "生成带锁定、公式和提示的空白填报表",
    "fill": "把填报数据（JSON）填进工作簿",
    "check": "校验填报表和填报数据，逐格说明问题",
    "report": "生成一份正式年报：docx、html、pdf、json",
    "rules": "输出规则手册",
}
"""Name → one line of help. Each command stands in tianbao.cli.<name>_command as `command`."""


class LazyGroup(click.Group):
    """A click group whose commands are listed from COMMANDS and loaded on use."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"tianbao.cli.{cmd_name}_command").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))
