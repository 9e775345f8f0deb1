"""What was made of definitions, kept as JSON between runs: a file is whole or ignored, and never trusted unread."""

import hashlib
from pathlib import Path

_DIGITS = 16


def key_of(*parts: bytes) -> str:
    """A key that is another one as soon as one of the parts is."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()[:_DIGITS]


def read_kept(folder: Path, name: str, key: str) -> str | None:
    """The text that was kept under the name and the key; None where there is none, or where it was damaged."""
    try:
        data = (folder / f"{name}-{key}.json").read_bytes()
    except OSError:
        return None
    check, _, text = data.partition(b"\n")
    return text.decode("utf-8") if check == _check(text) else None


def keep(folder: Path, name: str, key: str, text: str) -> None:
    """Keeps the text instead of what had the name before; several processes may do so at once.

    Where the folder cannot be written nothing is kept, which only costs time.
    """
    from tempfile import NamedTemporaryFile  # noqa: PLC0415  only the first run on a machine needs it

    data = text.encode("utf-8")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=folder, prefix=f"{name}-", suffix=".part", delete=False) as part:
            part.write(_check(data) + b"\n" + data)
        target = folder / f"{name}-{key}.json"
        Path(part.name).replace(target)
        for old in folder.glob(f"{name}-{'?' * _DIGITS}.json"):
            if old != target:
                old.unlink(missing_ok=True)
    except OSError:
        return


def _check(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest().encode("ascii")
