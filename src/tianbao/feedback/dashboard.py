"""The dashboard of a check (--html): one file that asks for nothing, with every text of a file as text."""

from collections.abc import Iterable, Iterator
from functools import cache
from functools import partial as given
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from tianbao import __version__
from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.answer import Answer
from tianbao.feedback.dashboard_heat import MOST_BARS, bars, heat_of
from tianbao.feedback.dashboard_rows import file_rows
from tianbao.feedback.dashboard_tally import tally
from tianbao.feedback.entry_words import SEVERITIES, VERDICTS, shortened, source_of, visible
from tianbao.findings import PassedOver
from tianbao.forms.library import resource_root

_CHUNK = 500
"""Pieces of the template that are handed out together."""

_SPOKEN = ("matches", "narrowed", "no-matches")
"""Labels that the script fills in."""


def dashboard(
    answers: Iterable[Answer], passed_over: Iterable[PassedOver], language: Language, *, partial: bool = False
) -> Iterator[str]:
    """The page in pieces. Goes through the answers several times; of an iterator it keeps them all."""
    if iter(answers) is answers:
        answers = list(answers)
    counted = tally(answers, language)
    rules = counted.rules_in_order()
    verdict_word = {name: words.message(f"verdict-{name}", language) for name in VERDICTS}
    severity_word = {name: words.message(f"severity-{name}", language) for name in SEVERITIES}
    stream = _template().stream(
        lang="zh-CN" if language == "zh" else "en",
        label=given(_label, language),
        verdict_word=verdict_word.__getitem__,
        severity_word=severity_word.__getitem__,
        version=__version__,
        partial=partial,
        verdicts=VERDICTS,
        severities=SEVERITIES,
        counted=counted,
        total=counted.verdicts.total(),
        rules=rules,
        verdict_bars=bars([(verdict_word[name], name, counted.verdicts[name]) for name in VERDICTS]),
        severity_bars=bars([(severity_word[name], name, counted.severities[name]) for name in SEVERITIES]),
        rule_bars=bars([(rule.id, rule.severity, rule.findings) for rule in rules[:MOST_BARS]]),
        heat=heat_of(counted),
        unreadable=_unreadable(answers),
        passed_over=_passed_over(passed_over, language),
        rows=file_rows(answers, counted, language),
        spoken={key: words.labels(language)[key] for key in _SPOKEN},
        css=_inlined("dashboard.css"),
        script=_inlined("dashboard.js"),
    )
    stream.enable_buffering(_CHUNK)
    return stream


def _label(language: Language, key: str, **facts: object) -> str:
    return words.label(key, language, **facts)


def _unreadable(answers: Iterable[Answer]) -> Iterator[tuple[str, str]]:
    for answer in answers:
        if answer.entry["verdict"] == "unreadable":
            reasons = dict.fromkeys(found["message"] for found in answer.entry["findings"])
            yield source_of(answer.entry["source"]), shortened("；".join(reasons))


def _passed_over(passed_over: Iterable[PassedOver], language: Language) -> Iterator[tuple[str, str]]:
    for found in passed_over:
        yield source_of(found.source), words.message(f"passed-{found.reason}", language)


def _folder() -> Path:
    return resource_root() / "template" / "looks"


def _inlined(name: str) -> Markup:
    """Our own style and script, as they stand: nothing of a file is ever put into them."""
    return Markup((_folder() / name).read_text("utf-8"))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_folder()),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    return environment.get_template("dashboard.html.j2")
