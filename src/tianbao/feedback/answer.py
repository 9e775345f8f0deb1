"""What is said about one source, in words and as plain data: workers send it, every output is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tianbao.values import Raw


@dataclass(frozen=True, slots=True)
class Answer:
    """`entry` is an element of "submissions" in the check JSON; `figures` are the reported cells, where asked for."""

    entry: Mapping[str, Any] = field(hash=False)
    figures: Mapping[str, Raw] = field(default_factory=dict, hash=False)
