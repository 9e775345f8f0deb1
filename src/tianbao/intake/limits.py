"""How much one input may ask of us. All limits stand here; docs/security.md repeats them for people."""

from dataclasses import dataclass

MIB = 2**20


@dataclass(frozen=True, slots=True)
class Limits:
    """Absolute caps, so that no file can make us slow or large. Sizes in bytes, time in seconds.

    `input_bytes`: a file, mail or archive as it came; `expanded_bytes`: all that comes out of one file together;
    `members`: entries of one archive or parts of one mail; `depth`: containers inside containers;
    `seconds` and `memory_bytes`: what the child that opens an odd file may take for that file.
    """

    input_bytes: int = 200 * MIB
    expanded_bytes: int = 256 * MIB
    members: int = 10_000
    depth: int = 8
    seconds: float = 10.0
    memory_bytes: int = 1024 * MIB


DEFAULT = Limits()
