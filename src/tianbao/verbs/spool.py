"""Results on their way to the outputs, kept in a file without a name: memory does not grow with their number."""

import io
import json
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO

IN_MEMORY = 2**20
"""So much is kept without a file."""

_SIZE = 4


class Spool:
    """Records in the order in which they came, each a few texts; they may be gone through more than once.

    The file is in TMPDIR and has no name there (on Windows: is deleted when it is closed), so that nothing stays
    however the program ends. What is written while somebody goes through it is not seen by them.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by `close`
        self._end = 0

    def add(self, *texts: str) -> None:
        """One record. Raises OSError where there is no space, and then holds what it held before."""
        record = io.BytesIO()
        for text in texts:
            data = text.encode("utf-8", "surrogatepass")
            record.write(len(data).to_bytes(_SIZE, "big") + data)
        data = record.getvalue()
        self._file.seek(self._end)
        self._file.write(len(data).to_bytes(_SIZE, "big") + data)
        self._end += _SIZE + len(data)

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        at, end = 0, self._end
        while at < end:
            self._file.seek(at)
            size = int.from_bytes(self._file.read(_SIZE), "big")
            record = io.BytesIO(self._file.read(size))
            at += _SIZE + size
            yield tuple(_texts(record))

    def close(self) -> None:
        """Nothing is left."""
        self._file.close()


def _texts(record: IO[bytes]) -> Iterator[str]:
    while head := record.read(_SIZE):
        yield record.read(int.from_bytes(head, "big")).decode("utf-8", "surrogatepass")


def packed(value: object) -> str:
    """Plain data as one text of a record."""
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
