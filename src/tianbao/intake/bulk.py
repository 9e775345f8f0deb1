"""Long Base64 of a mail is set aside before the mail is parsed: the standard parser works line by line."""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

_SHORTEST = 4096
_BASE64 = re.compile(rb"[A-Za-z0-9+/][A-Za-z0-9+/=\r\n]*+")
_EMPTY_LINE = re.compile(rb"\n\r?\n")


@dataclass(frozen=True, slots=True)
class Bulk:
    """Stretches of a mail's bytes, each of which one word stands for in the text that is parsed."""

    data: bytes
    word: bytes
    stretches: tuple[tuple[int, int], ...]

    def restored(self, text: bytes) -> bytes:
        """The text with every stretch in its place."""
        if self.word not in text:
            return text
        pieces = re.split(rb"%b-([0-9]+)-" % self.word, text)
        for at in range(1, len(pieces), 2):
            start, end = self.stretches[int(pieces[at])]
            pieces[at] = self.data[start:end]
        return b"".join(pieces)


def set_aside(data: bytes) -> tuple[bytes, Bulk]:
    """The mail with a word for every long stretch of Base64 behind an empty line, and the stretches."""
    stretches = tuple(_stretches(data))
    word = b"bulk" + sha256(data).hexdigest().encode() if stretches else b"-"
    pieces: list[bytes] = []
    at = 0
    for number, (start, end) in enumerate(stretches):
        pieces += [data[at:start], b"%b-%d-" % (word, number)]
        at = end
    pieces.append(data[at:])
    return b"".join(pieces), Bulk(data, word, stretches)


def _stretches(data: bytes) -> Iterator[tuple[int, int]]:
    """Without the end of the last line, which belongs to the boundary behind it."""
    at = 0
    while (empty := _EMPTY_LINE.search(data, at)) is not None:
        at = empty.end()
        found = _BASE64.match(data, at)
        if found is None:
            at -= 1
            continue
        end = max(data.rfind(b"\n", at, found.end()), at)
        if data[end - 1 : end] == b"\r":
            end -= 1
        if end - at >= _SHORTEST:
            yield at, end
        at = found.end()


def decoded(text: bytes) -> bytes:
    """Base64 decoded; what is none comes as it stands, and is then found to be damaged."""
    for missing in (b"", b"=", b"=="):
        try:
            return binascii.a2b_base64(text + missing if missing else text)
        except binascii.Error:
            continue
    return text
