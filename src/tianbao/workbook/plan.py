"""A workbook before it is written: what stands where, as data. Pure; the emitter turns it into bytes.

The plan is also what the fingerprint is taken of, so a workbook's locked content is known without reading it back.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tianbao.forms.model import Form
from tianbao.submission import Agency
from tianbao.values import Number, Raw, Value
from tianbao.workbook.a1 import Area, Place
from tianbao.workbook.layout import Layout

Look = Literal[
    "title", "subtitle", "label", "corner", "head", "row-head", "entry", "amount", "total", "text", "plain",
    "open", "sign", "open-center", "light", "big-light", "check", "check-number", "check-text", "guide",
    "count", "note", "link", "identity", "seal", "stamp", "side-light", "side-label", "error", "query",
]  # fmt: skip
"""Names of cell formats; what they look like stands in workbook/looks.py."""

SlotKind = Literal[
    "value", "text", "signoff", "explanation", "free-key", "free-text", "agency", "code",
    "left", "right", "delta", "count", "light", "length", "missing", "checksum", "checksum-line", "state",
    "state-counts", "marked",
]  # fmt: skip
Slot = tuple[SlotKind, str]
"""What a cell shows of one submission, and of which address, section, rule or line: ("light", "T3-ID[legal]")."""

UNLOCKED: frozenset[Look] = frozenset({"entry", "amount", "text", "open", "sign", "open-center"})


@dataclass(frozen=True, slots=True)
class Item:
    """The content of one cell or merged area. `formula` has `content` as its stored result.

    `slot` is set where the content differs from submission to submission: a stamp pours it in there.
    """

    area: Area
    look: Look
    content: Raw = None
    formula: str = ""
    link: str = ""
    variable: bool = False
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """What may be typed into an area, with our own words."""

    area: Area
    type: Literal["whole", "decimal", "list", "any", "length"]
    least: Number | None = None
    most: Number | None = None
    choices: tuple[str, ...] = ()
    title: str = ""
    prompt: str = ""
    stop: str = ""


TintLook = Literal["missing", "broken", "wrong", "pass", "fail", "waiting", "returned-error", "returned-query"]


@dataclass(frozen=True, slots=True)
class Tint:
    """A conditional format: `look` on the areas where the formula is true (relative to the first cell)."""

    areas: tuple[Area, ...]
    formula: str
    look: TintLook


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment 批注 at a cell, shown when the pointer rests on it. Sizes in pixels."""

    place: Place
    text: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Print:
    """How a sheet prints on A4."""

    landscape: bool = False
    area: Area | None = None
    one_page: bool = True
    repeat_rows: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """One worksheet. `widths` by column, `heights` by row (points); the `active` one is seen first."""

    name: str
    items: tuple[Item, ...]
    widths: tuple[float, ...]
    heights: Mapping[int, float] = field(default_factory=dict, hash=False)
    validations: tuple[Validation, ...] = ()
    tints: tuple[Tint, ...] = ()
    freeze: tuple[int, int] | None = None
    printing: Print = Print()
    hidden: bool = False
    filter: Area | None = None
    comments: tuple[Comment, ...] = ()
    active: bool = False


@dataclass(frozen=True, slots=True)
class BookPlan:
    """A whole workbook. `names` are defined names → formula text; `properties` custom document properties."""

    sheets: tuple[SheetPlan, ...]
    names: Mapping[str, str] = field(hash=False)
    properties: Mapping[str, str] = field(hash=False)
    title: str = ""
    header: str = ""
    footer: str = ""


@dataclass(frozen=True, slots=True)
class Issue:
    """For whom and for when a workbook is made. Without agency the name on the cover is an open cell."""

    year: int
    agency: Agency | None = None
    deadline: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What the workbook is filled with: every value as it will stand there, and the typed totals among them."""

    form: Form = field(hash=False)
    layout: Layout = field(hash=False)
    issue: Issue
    values: Mapping[str, Value] = field(hash=False)
    texts: Mapping[str, str] = field(hash=False)
    explanations: Mapping[str, str] = field(hash=False)
    signoff: Mapping[str, str] = field(hash=False)
    typed: frozenset[str] = frozenset()
    fingerprint: str = ""
    checksum: str = ""

    @property
    def template_number(self) -> str:
        """模板编号: form, edition, year and the head of the fingerprint, readable on screen and on paper."""
        return f"{self.form.id}-{self.form.edition}版-{self.issue.year}年-{self.fingerprint[:8].upper()}"
