"""An item on its way: opened where its file is, or carried as bytes to where it is not."""

from collections.abc import Iterator
from dataclasses import dataclass

from tianbao.findings import PassedOver
from tianbao.intake.opening import is_plain, open_read, read_waiting
from tianbao.intake.received import Received
from tianbao.intake.walk import Waiting
from tianbao.verbs.options import Options
from tianbao.verbs.work import Item


@dataclass(frozen=True, slots=True)
class Parcel:
    """An item with its bytes. `named`: the caller named it."""

    whole: Received | PassedOver
    named: bool = False

    @property
    def source(self) -> str:
        """Where it was met."""
        return self.whole.source

    @property
    def size(self) -> int:
        """How many bytes travel."""
        return len(self.whole.data or b"") if isinstance(self.whole, Received) else 0


def quick(options: Options, item: Item) -> list[Received | PassedOver] | None:
    """The item as received where it is ordinary; None for one that must be opened in a child."""
    if isinstance(item, Waiting):
        item = Parcel(read_waiting(item, options.limits), item.named)
    if not isinstance(item, Parcel):
        return [item]
    whole = item.whole
    if isinstance(whole, Received) and whole.data is not None and not is_plain(whole.data, whole.kind):
        return None
    return list(_opened(options, item))


def members(options: Options, item: Item) -> Iterator[Received | PassedOver]:
    """What comes out of the item, always in the same order."""
    if isinstance(item, Waiting):
        item = Parcel(read_waiting(item, options.limits), item.named)
    return _opened(options, item) if isinstance(item, Parcel) else iter([item])


def packed(options: Options, item: Item) -> Parcel:
    """The item with its bytes, to be handled where its file is not."""
    if isinstance(item, Waiting):
        return Parcel(read_waiting(item, options.limits), item.named)
    return Parcel(item)


def name(options: Options, item: Item) -> tuple[str, str | None]:
    """An item as people call it, and the digest of its bytes where it can be read."""
    whole = read_waiting(item, options.limits) if isinstance(item, Waiting) else item
    whole = whole.whole if isinstance(whole, Parcel) else whole
    return whole.source, getattr(whole, "sha256", None)


def _opened(options: Options, parcel: Parcel) -> Iterator[Received | PassedOver]:
    if isinstance(parcel.whole, PassedOver):
        return iter([parcel.whole])
    return open_read(parcel.whole, options.limits, options.passwords, named=parcel.named)
