"""Which fonts the PDF uses here: the official ones where they are installed, else the ones that ship.

The fonts that ship (docs/decisions/0006-pdf-font.md) cover 通用规范汉字表 and GB2312; a character in none of
the fonts at hand raises MissingGlyph, because a box in place of a name must never be printed.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

import typst
from fontTools.ttLib import TTFont

from tianbao.forms.library import resource_root

OFFICIAL: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {  # the name in GB/T 9704 first, then the names under which the same design is installed
        "title": ("方正小标宋简体", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05", "方正小标宋_GBK"),
        "hei": ("黑体", "SimHei", "STHeiti"),
        "kai": ("楷体_GB2312", "KaiTi_GB2312", "楷体", "KaiTi", "STKaiti"),
        "fang": ("仿宋_GB2312", "FangSong_GB2312", "仿宋", "FangSong", "STFangsong"),
        "song": ("宋体", "SimSun", "STSong"),
    }
)
SERIF = ("Tianbao Song 1", "Tianbao Song 2", "Tianbao Song 3")
SANS = ("Tianbao Hei 1", "Tianbao Hei 2", "Tianbao Hei 3")
WIDE = (
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "Noto Sans CJK SC",
    "SimSun-ExtB",
    "SimSun-ExtG",
    "HanaMinB",
)
"""Fonts that have rarer characters still, asked only where they are installed."""


class MissingGlyph(LookupError):
    """No font at hand has some characters. `missing`: each with the text where it first stands."""

    def __init__(self, missing: tuple[tuple[str, str], ...]) -> None:
        lines = (f"{char} (U+{ord(char):04X}): {text[:40]}" for char, text in missing)
        super().__init__("no font has " + "; ".join(lines))
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Face:
    """The families asked in turn for a kind of text; `used` is the first, `wanted` the official name."""

    wanted: str
    used: str
    families: tuple[str, ...]
    stands_in: bool


@dataclass(frozen=True, slots=True)
class Fonts:
    """The fonts of one machine: what typst needs, and where each family stands."""

    typst: typst.Fonts
    files: Mapping[str, tuple[str, int]]


@cache
def fonts(system: bool = True) -> Fonts:
    """The fonts that ship and, with `system`, those of the machine; read once."""
    folder = resource_root() / "template" / "looks" / "fonts"
    found = typst.Fonts(include_system_fonts=system, include_embedded_fonts=False, font_paths=[folder])
    files: dict[str, tuple[str, int]] = {}
    for info in sorted(found.fonts(), key=lambda info: (info.style != "normal", abs(info.weight - 400))):
        if info.path is not None:
            files.setdefault(info.family.casefold(), (info.path, info.index))
    return Fonts(found, files)


def faces(at_hand: Fonts) -> dict[str, Face]:
    """For title, hei, kai, fang and song the list of families that typst asks."""
    made = {}
    for role, names in OFFICIAL.items():
        own = SANS if role == "hei" else SERIF
        official = [name for name in names if name.casefold() in at_hand.files][:1]
        wide = [name for name in WIDE if name.casefold() in at_hand.files]
        families = (*official, *own, *wide)
        made[role] = Face(names[0], _shown(families[0]), families, not official)
    return made


def _shown(family: str) -> str:
    """The name without the number of the file."""
    return family.rstrip("123 ") if family in SERIF + SANS else family


@cache
def _characters(path: str, index: int) -> frozenset[int]:
    with TTFont(path, fontNumber=index, lazy=True) as font:
        return frozenset(font.getBestCmap() or ())


def check_glyphs(texts: Iterable[tuple[str, Face]], at_hand: Fonts) -> None:
    """Raises MissingGlyph for what no family of its face has. Spaces and invisible marks need no glyph."""
    missing: dict[str, str] = {}
    known: dict[tuple[str, ...], set[str]] = {}
    for text, face in texts:
        fine = known.setdefault(face.families, set())
        for char in set(text) - fine:
            if _drawn(char) and not any(_has(family, char, at_hand) for family in face.families):
                missing.setdefault(char, text)
            fine.add(char)
    if missing:
        raise MissingGlyph(tuple(sorted(missing.items())))


def _drawn(char: str) -> bool:
    return unicodedata.category(char) not in ("Zs", "Zl", "Zp", "Cc", "Cf")


def _has(family: str, char: str, at_hand: Fonts) -> bool:
    return ord(char) in _characters(*at_hand.files[family.casefold()])
