"""Make the fonts that the PDF report falls back to: Noto Serif and Sans CJK SC, cut down and renamed.

Run it by hand when the fonts or the characters change (docs/decisions/0006-pdf-font.md); on Debian:

    apt-get install fonts-noto-cjk unicode-data
    python tools/make_font_subset.py

Characters: 通用规范汉字表 (8,105, from kTGH of Unihan), the hanzi of GB2312 beside it, and every symbol,
letter and punctuation mark of the blocks below that the font has. A font is split into files of one family
each, because a family list is the only way in which typst looks for a character in several files.
"""

import argparse
import bz2
import io
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTCollection

LOOKS = Path(__file__).resolve().parent.parent / "template" / "looks" / "fonts"
NOTO = Path("/usr/share/fonts/opentype/noto")
UNIHAN = Path("/usr/share/unicode/Unihan_OtherMappings.txt.bz2")
BLOCKS = (  # everything that a Chinese keyboard, Word or a workbook puts into running text, hanzi left out
    (0x0020, 0x024F),  # Latin
    (0x02B0, 0x03FF),  # modifiers, Greek
    (0x0400, 0x045F),  # Cyrillic
    (0x2000, 0x214F),  # punctuation, sub- and superscripts, currency, letterlike (№ ℃)
    (0x2150, 0x22FF),  # Roman numerals, arrows, mathematics
    (0x2300, 0x27BF),  # technical, circled figures, box drawing, shapes, ticks
    (0x2E80, 0x33FF),  # radicals, CJK punctuation, kana, bopomofo, ㈠ ㎡ ㏒
    (0xFE10, 0xFE6F),  # vertical and small forms
    (0xFF00, 0xFFFD),  # full-width forms, the replacement character
)


def tgh(path: Path) -> list[int]:
    """The 8,105 characters of 通用规范汉字表 in its own order, the 3,500 common ones first."""
    with bz2.open(path, "rt", encoding="utf-8") as file:
        rows = [line.split() for line in file if "\tkTGH\t" in line]
    ranked = sorted((int(row[2].partition(":")[2]), int(row[0].removeprefix("U+"), base=16)) for row in rows)
    return [code for _, code in ranked]


def gb2312() -> Iterator[int]:
    """The 6,763 hanzi of GB2312."""
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            text = bytes([high, low]).decode("gb2312", "ignore")
            if text:
                yield ord(text)


def face(path: Path, family: str) -> Any:
    """The font named `family` of a collection. Raises LookupError."""
    for font in TTCollection(path, lazy=True).fonts:
        if font["name"].getDebugName(1) == family:
            return font
    raise LookupError(f"{family} not in {path}")


def rename(font: Any, family: str) -> None:
    """A name of its own, so that it never mixes with an installed Noto; copyright and licence stay."""
    names = font["name"]
    for record in list(names.names):
        if record.nameID in (3, 7, 16, 17, 21, 22, 25):
            names.names.remove(record)
    for key, text in ((1, family), (2, "Regular"), (4, family), (6, family.replace(" ", ""))):
        for record in [record for record in names.names if record.nameID == key]:
            names.names.remove(record)
        names.setName(text, key, 3, 1, 0x409)
    table = font["CFF "].cff
    table.fontNames = [family.replace(" ", "")]
    top = table[0]
    top.FullName = top.FamilyName = family


def cut(path: Path, upstream: str, family: str, codes: Iterable[int]) -> bytes:
    """The font `upstream` with nothing but the glyphs of `codes`, without layout rules and hints."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.name_languages = [0x409]
    options.drop_tables += ["BASE", "VORG", "vhea", "vmtx", "DSIG"]
    font = face(path, upstream)
    font.recalcTimestamp = False  # the same input gives the same file
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=list(codes))
    subsetter.subset(font)
    rename(font, family)
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()


def parts(have: set[int], hanzi: list[int], bounds: tuple[int, ...]) -> Iterator[list[int]]:
    """The characters of each file: symbols and the commonest hanzi first, cut at `bounds`."""
    symbols = [code for low, high in BLOCKS for code in range(low, high + 1) if code in have]
    missing = [chr(code) for code in hanzi if code not in have]
    if missing:
        raise LookupError("the font lacks " + "".join(missing))
    edges = (0, *bounds, len(hanzi))
    for number, (start, end) in enumerate(pairwise(edges)):
        yield (symbols if number == 0 else []) + hanzi[start:end]


def main() -> None:
    """Write template/looks/fonts/*.otf and say how large each is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--noto", type=Path, default=NOTO)
    parser.add_argument("--unihan", type=Path, default=UNIHAN)
    parser.add_argument("-o", "--out", type=Path, default=LOOKS)
    given = parser.parse_args()
    hanzi = tgh(given.unihan)
    hanzi += sorted(set(gb2312()) - set(hanzi))
    for file, upstream, family, bounds in (
        ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK SC", "Tianbao Song", (2600, 5600)),
        ("NotoSansCJK-Regular.ttc", "Noto Sans CJK SC", "Tianbao Hei", (2600, 5500)),
    ):
        have = set(face(given.noto / file, upstream).getBestCmap())
        for number, codes in enumerate(parts(have, hanzi, bounds), 1):
            data = cut(given.noto / file, upstream, f"{family} {number}", codes)
            target = given.out / f"{family.replace(' ', '')}-{number}.otf"
            target.write_bytes(data)
            print(f"{target.name}: {len(codes)} characters, {len(data) / 2**20:.2f} MiB")


if __name__ == "__main__":
    main()
