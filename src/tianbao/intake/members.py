"""What comes out of one container, and how much may come out of one file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tianbao.intake.limits import MIB, Limits


@dataclass(frozen=True, slots=True)
class Member:
    """A file in an archive or an attachment. Without `data`: `passed` is why it was not looked into, else `problem`
    with its `detail` why it could not be read. `levels`: containers between it and what it was taken from.
    """

    name: str
    data: bytes | None = None
    problem: str = ""
    detail: str = ""
    passed: str = ""
    unlocked: bool = False
    levels: int = 1


class CannotOpen(Exception):
    """A container that cannot be opened, or not to its end. `problem` is an id of the catalogue."""

    def __init__(self, problem: str, detail: str = "") -> None:
        super().__init__(problem)
        self.problem, self.detail = problem, detail


MEMBERS_IN_ALL = 10
"""How many times `Limits.members` all containers of one file may hold together."""


@dataclass(slots=True)
class Allowance:
    """What is left for one file as it came, counted down while everything in it is opened."""

    limits: Limits
    passwords: tuple[str, ...]
    expanded: int
    members: int

    def count(self) -> None:
        """One more member. Raises CannotOpen when there were too many."""
        self.members -= 1
        if self.members < 0:
            raise CannotOpen("FILE-MEMBERS", str(self.limits.members * MEMBERS_IN_ALL))

    def too_large(self, size: int) -> str:
        """Which limit bytes of this size exceed, for people; "" where they may be unpacked."""
        if size > self.limits.input_bytes:
            return f"{self.limits.input_bytes // MIB} MiB"
        return f"{self.limits.expanded_bytes // MIB} MiB" if size > self.expanded else ""

    def spend(self, size: int) -> None:
        """So many bytes came out."""
        self.expanded -= size


def allowance(limits: Limits, passwords: tuple[str, ...]) -> Allowance:
    """The allowance of a file that has just come."""
    return Allowance(limits, passwords, limits.expanded_bytes, limits.members * MEMBERS_IN_ALL)


Opener = Callable[[str, bytes, Allowance], Iterator[Member]]
"""Takes a container's name and bytes. Raises CannotOpen, also after some members."""
