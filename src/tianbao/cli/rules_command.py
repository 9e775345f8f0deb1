"""tianbao rules."""

import click

from tianbao.cli import language as languages


@click.command("rules", short_help="输出规则手册")
@languages.option
def command(lang: str | None) -> int:
    """输出规则手册（Markdown）：每条规则的内容、依据、级别，以及通过和不符的例子。"""
    from tianbao.cli.output import write_text
    from tianbao.verbs.forms import rule_book

    language = languages.current(lang)
    write_text("-", "\n".join(rule_book(language)) + "\n", language)
    return 0
