"""What arrived: the bytes of a file, member or attachment, or the reason why they could not be read."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tianbao.findings import PassedOver
from tianbao.intake.sniff import Kind


@dataclass(frozen=True, slots=True)
class Received:
    """A file, member or attachment as it came. `data` is None where it cannot be read: `problem` then says why.

    `sha256` is of the bytes as received; `unlocked`: `data` was decrypted with a password that the caller gave;
    `kind`: what `data` is.
    """

    source: str
    data: bytes | None
    sha256: str | None
    problem: str = ""
    detail: str = ""
    unlocked: bool = False
    kind: Kind = "other"


def receive(path: Path) -> Iterator[Received | PassedOver]:
    """Everything under the path, one after the other, in this process and with the usual limits."""
    from tianbao.intake.opening import open_waiting  # noqa: PLC0415  it needs the types of this module
    from tianbao.intake.walk import Waiting, walk  # noqa: PLC0415

    for found in walk([path]):
        if isinstance(found, Waiting):
            yield from open_waiting(found)
        else:
            yield found
