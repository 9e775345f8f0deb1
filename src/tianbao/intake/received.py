"""What arrived: the bytes of a file, member or attachment, or the reason why they could not be read."""

from dataclasses import dataclass

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
