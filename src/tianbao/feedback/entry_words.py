"""An entry of the check JSON as people read it: what pages and lists about many files have in common."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from tianbao.catalogue import words
from tianbao.catalogue.words import Language
from tianbao.feedback.wording import basis, own_rule, where
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.values import understand

VERDICTS = ("failed", "queried", "unreadable", "passed")
"""As people look for them: first who must act."""

SEVERITIES = ("error", "query", "notice")

Entry = Mapping[str, Any]
Found = Mapping[str, Any]

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)
"""Characters that people cannot see and that change what they see: controls, marks of direction, halves."""

_NAME, _TEXT = 120, 1_000


def form_of(entry: Entry) -> Form | None:
    """The form that the file is on; None where it could not be read."""
    if entry["form"] is None or entry["edition"] is None:
        return None
    try:
        return library.load(entry["form"], entry["edition"])
    except library.UnknownForm:
        return None


def visible(text: str) -> str:
    """The text with a mark for each character that would deceive the eye."""
    return text if text.isascii() and text.isprintable() else _INVISIBLE.sub("\ufffd", text)


def shortened(text: str, longest: int = _TEXT, keep: Literal["start", "both"] = "start") -> str:
    """At most so many characters; of a path both ends are kept."""
    if len(text) <= longest:
        return text
    tail = longest // 2 if keep == "both" else 0
    return f"{text[: longest - tail]}…{text[len(text) - tail :] if tail else ''}"


def agency_name(entry: Entry, language: Language, longest: int = _NAME) -> str:
    """Whose it is, with the code of a roster; words for it where nothing could be read or nothing was filled in."""
    agency = entry["agency"]
    if agency is None:
        return words.label("agency-unread", language)
    name = shortened(visible(agency["name"]).strip(), longest) or words.label("agency-blank", language)
    return f"{name}（{shortened(visible(agency['code']), longest)}）" if agency["code"] else name


def source_of(source: str, longest: int = 2 * _NAME) -> str:
    """The path as met, both ends of it."""
    return shortened(visible(source), longest, "both")


def shown(value: object, longest: int = 60) -> str:
    """现值 and 应为 as people read them; nothing for what has none."""
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else shortened(visible(understand(value).text), longest)


def place_words(found: Found, form: Form | None) -> str:
    """位置."""
    return visible(where(found["cells"], found["places"], form))


def basis_words(found: Found, form: Form | None, language: Language) -> str:
    """依据."""
    return basis(found["rule"], form, language)


def rule_words(found: Found, form: Form | None) -> str:
    """What the rule is about: its sentence, or for what no form defines the message of this finding."""
    own = own_rule(found["rule"], form)
    return own.sentence if own else visible(found["message"])


def explained(found: Found) -> bool:
    """Whether the agency explained a query."""
    return found["severity"] == "query" and found["explanation"] is not None


def undecided_lines(entry: Entry, language: Language) -> list[str]:
    """One line for each reason: how many rules are undecided, which, and why."""
    by_reason: dict[str, list[str]] = {}
    for found in entry["undecided"]:
        by_reason.setdefault(found["reason"], []).append(found["rule"])
    return [
        words.message(
            "undecided-count",
            language,
            count=len(rules),
            rules="、".join(dict.fromkeys(rules)),
            reasons=shortened(visible(reason)),
        )
        for reason, rules in by_reason.items()
    ]
