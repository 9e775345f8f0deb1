"""sharedStrings.xml → texts; the escapes of the format undone."""

import re

from tianbao.workbook.package import NotAWorkbook, local, parse_xml
from tianbao.workbook.two_ways import refuse_two_ways

MAX_STRINGS = 500_000

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def read_strings(xml: bytes) -> list[str]:
    """Shared strings: runs are joined, phonetic hints left out. Raises NotAWorkbook."""
    strings: list[str] = []
    pieces: list[str] = []
    state = {"text": False, "phonetic": 0}

    def start(name: str, _: dict[str, str]) -> None:
        tag = local(name)
        if tag == "si":
            pieces.clear()
        elif tag == "rPh":
            state["phonetic"] += 1
        elif tag == "t":
            state["text"] = not state["phonetic"]

    def end(name: str) -> None:
        tag = local(name)
        if tag == "t":
            state["text"] = False
        elif tag == "rPh":
            state["phonetic"] -= 1
        elif tag == "si":
            strings.append(unescaped("".join(pieces)))
            if len(strings) > MAX_STRINGS:
                raise NotAWorkbook("FILE-TOO-LARGE", limit=str(MAX_STRINGS))

    def text(data: str) -> None:
        if state["text"]:
            pieces.append(data)

    if xml:
        refuse_two_ways(xml, "sharedStrings")
        parse_xml(xml, start, end, text)
    return strings


def unescaped(text: str) -> str:
    """_x000D_ as the character it stands for; line ends as \\n."""
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        # two halves of a character beyond the BMP become one; half a character could not be written anywhere
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")
