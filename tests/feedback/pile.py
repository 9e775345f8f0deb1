"""Piles of answers made in code: what the checks really say of some submissions, and many of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from tests import build
from tianbao.feedback.answer import Answer
from tianbao.feedback.check_json import submission_data
from tianbao.findings import Checked, Finding, PassedOver
from tianbao.forms import library
from tianbao.submission import of_json
from tianbao.values import to_json
from tianbao.verbs.check import checked_submission

PASSED_OVER = (PassedOver("收回/~$外事办.xlsx", "lock"), PassedOver("收回/扫描件.pdf", "other"))
FIRST = "requests.new.natural"

HOSTILE = (
    "<script>document.title='pwned'</script>",
    '"><img src=x onerror="document.title=\'pwned\'">',
    "</script><script>document.title='pwned'</script>",
    "'onfocus='document.title=1' autofocus x='",
    "{{ 7 * 7 }}{% raw %}",
    "外事办\u202egpj.exe\u2028\u0000\x1b[31m",
    "长" * 4096,
    "javascript:document.title='pwned'",
)


@cache
def answer(number: int = 0, kind: str = "good", language: Any = "zh") -> Answer:
    """One submission of agency `number`, checked as the command does. kind: good, broken, blank, text, unreadable."""
    source, sha = f"收回/{number:04d}.xlsx", f"{number:064x}"
    if kind == "unreadable":
        finding = Finding("FILE-ENCODING", "FILE-ENCODING", "error", "any")
        return Answer(submission_data(Checked(source, sha, "unreadable", (finding,)), None, language))
    changes: dict[str, dict[str, Any]] = {
        "good": {},
        "broken": {"requests.total.natural": 99, "requests.carried_out.total": 7},
        "blank": {"reviews.review.upheld": None, "reviews.review.corrected": "/"},
        "text": {FIRST: "12件", "proactive.fees.amount": "=1+1", "fees.amount": 2, "requests.new.business": -3},
    }
    submission = of_json_data(changes[kind], f"示例区第{number}局")
    checked = checked_submission(source, sha, submission, library.load(submission.form, submission.edition))
    figures = {address: to_json(entry.value) for address, entry in submission.entries.items()}
    return Answer(submission_data(checked, build.form(), language), figures)


def of_json_data(cells: dict[str, Any], agency: str) -> Any:
    """A submission with these cells and that agency."""
    from tianbao.submission import json_text

    return of_json(json_text(build.data(cells=cells, agency={"name": agency, "code": None})))


def renamed(made: Answer, name: str, source: str | None = None, **finding: Any) -> Answer:
    """The answer with another agency, source, and texts of its first finding."""
    entry: dict[str, Any] = {**made.entry, "agency": {"name": name, "code": None}, "source": source or name}
    if finding:
        entry["findings"] = [{**entry["findings"][0], **finding}, *entry["findings"][1:]]
    return replace(made, entry=entry)


def small() -> list[Answer]:
    """One of each kind, and a second broken one."""
    kinds = ("broken", "good", "blank", "text", "unreadable", "broken")
    return [answer(number, kind) for number, kind in enumerate(kinds, 1)]


@dataclass(frozen=True)
class Many:
    """`count` answers, made anew each time somebody goes through them; nothing is kept."""

    count: int

    def __iter__(self) -> Iterator[Answer]:
        kinds = ("broken", "good", "blank", "text")
        for number in range(self.count):
            made = answer(number % 8, kinds[number % 4]) if number % 50 else answer(0, "unreadable")
            source = f"收回/{number:05d}.xlsx"
            entry = {**made.entry, "source": source}
            if entry["agency"]:
                entry["agency"] = {"name": f"示例区第{number}局", "code": None}
            yield Answer(entry, made.figures)
