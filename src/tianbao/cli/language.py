"""The language of messages: --lang, else the locale; Chinese unless that is English."""

import os

import click

from tianbao.catalogue.words import Language

option = click.option("--lang", type=click.Choice(["zh", "en"]), default=None, help="界面语言（默认按系统语言）")


def current(asked: str | None = None) -> Language:
    """zh or en: what the command was given, else what stood before it, else the locale."""
    context = click.get_current_context(silent=True)
    if asked is None and context is not None:
        asked = context.find_root().params.get("lang")
    if asked is None:
        named = next((os.environ[key] for key in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(key)), "")
        asked = named or _of_system()
    return "en" if asked.lower().startswith("en") else "zh"


def _of_system() -> str:
    import locale

    return locale.getlocale()[0] or ""
