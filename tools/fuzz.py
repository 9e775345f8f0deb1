"""make fuzz: 20,000 files damaged at random through `tianbao check`, with no traceback, hang or growth.

Arguments: how many, and the number to begin with. The file of a number is always the same; what failed is named.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from tests.security.fuzzing import Tried, try_files  # noqa: E402  found from the top of the sources

_FOLDER = 500


def main(arguments: list[str]) -> int:
    """Tries them and says what became of them: 1 when something is wrong."""
    count = int(arguments[0]) if arguments else 20_000
    first = int(arguments[1]) if len(arguments) > 1 else 0
    tried, started = Tried(), time.monotonic()
    place = Path(tempfile.mkdtemp(prefix="tianbao-fuzz-"))
    try:
        for at in range(first, first + count, _FOLDER):
            try_files(place / str(at), range(at, min(at + _FOLDER, first + count)), tried, os.cpu_count() or 1)
            shutil.rmtree(place / str(at))
            own, child = tried.peaks[-1] if tried.peaks else (0, 0)
            print(
                f"{at + _FOLDER - first:6} of {count}  {time.monotonic() - started:5.0f} s  "
                f"{own} + {child} MiB  {len(tried.faults)} faults",
                flush=True,
            )
    finally:
        shutil.rmtree(place, ignore_errors=True)
    print(", ".join(f"{verdict} {number}" for verdict, number in tried.verdicts.most_common()))
    print(", ".join(f"{rule} {number}" for rule, number in tried.rules.most_common(40)))
    for fault in tried.faults[:50]:
        print(fault, file=sys.stderr)
    return 1 if tried.faults or tried.files < count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
