"""Mails of an mbox file: one pass over the bytes, one mail at a time."""

import re
from collections.abc import Iterator

from tianbao.intake.members import Allowance, CannotOpen, Member
from tianbao.intake.sniff import MBOX_LINE

_FROM = b"\nFrom "
_LOOK = 2048
"""Bytes of a line “From …” that are looked at."""
_PLAIN_LINE = re.compile(
    rb"From [^\n]*\n(?=(?:Return-Path|Received|From|To|Subject|Date|Message-ID|MIME-Version|Delivered-To|Status"
    rb"|Content-Type|X-[!-9;-~]+):)",
    re.IGNORECASE,
)


def mbox_members(_name: str, data: bytes, _left: Allowance) -> Iterator[Member]:
    """Every mail by its number."""
    starts = _starts(data)
    start = next(starts, None)
    if start is None or data[:start].strip():
        if not data.strip():
            return
        raise CannotOpen("FILE-CONTAINER", "mbox")
    number = 0
    while start is not None:
        number += 1
        end = next(starts, None)
        first_line = data.find(b"\n", start) + 1
        yield Member(f"{number}.eml", data[first_line : len(data) if end is None else end])
        start = end


def _starts(data: bytes) -> Iterator[int]:
    """Where a mail begins: a line “From …” before a header. With a date it is one in any place; else after an empty
    line and before a header that mails begin with. So neither a text nor a sloppy program hides the next mail.
    """
    if MBOX_LINE.match(data, 0, _LOOK) or _PLAIN_LINE.match(data, 0, _LOOK):
        yield 0
    at = data.find(_FROM)
    while at >= 0:
        after_empty = data[max(0, at - 2) : at].strip(b"\r")[-1:] in (b"\n", b"")
        look = at + 1, at + 1 + _LOOK
        if MBOX_LINE.match(data, *look) or (after_empty and _PLAIN_LINE.match(data, *look)):
            yield at + 1
        at = data.find(_FROM, at + 1)
