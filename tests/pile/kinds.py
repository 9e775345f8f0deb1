"""All kinds of workbooks that a pile is made of."""

from tests.pile.kind import Kind
from tests.pile.parts import PARTS
from tests.pile.structure import STRUCTURE
from tests.pile.typed import TYPED

KINDS: dict[str, Kind] = {**STRUCTURE, **TYPED, **PARTS}
