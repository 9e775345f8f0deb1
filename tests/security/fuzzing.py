"""Damaged files through tianbao check, folder by folder: no traceback, no hang, no growth, nothing left, none lost."""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.cli import bulk
from tests.security.mutate import damaged

SECONDS = 2.0
"""What a folder may take for each of its files, on average, on a busy machine, before it counts as hanging."""
_FAULTS = ("FILE-OUR-BUG", "FILE-CRASHED", "FILE-TIMEOUT", "FILE-MEMORY")
_RUN = (
    "import resource, sys\nfrom tianbao.cli.main import run\n"
    "try: run()\n"
    "finally:\n"
    "    own = open('/proc/self/status').read().partition('VmHWM:')[2].split()[0] if sys.platform == 'linux' else 0\n"
    "    print(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)\n"
)


@dataclass
class Tried:
    """What became of many files. `faults`: number and reason; `peaks`: MiB of memory, of each folder's processes."""

    files: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    peaks: list[tuple[int, int]] = field(default_factory=list)


def try_files(folder: Path, numbers: Sequence[int], tried: Tried, jobs: int = 2) -> None:
    """Checks the files of these numbers with all that may come of them, in a folder that must not exist."""
    inside = folder / "pile"
    inside.mkdir(parents=True)
    where = bulk.place(folder)
    files = dict(map(damaged, numbers))
    for name, data in files.items():
        (inside / name).write_bytes(data)
    outputs = [word for name in ("marked", "reply", "html", "xlsx") for word in (f"--{name}", str(folder / name))]
    options = ["-j", str(jobs), "--json", "-", "--max-seconds", "30"]  # a loaded machine is no fault of a file
    command = [sys.executable, "-c", _RUN, "check", str(inside), *options, *outputs]
    limit = 60 + SECONDS * len(files)
    try:
        ran = subprocess.run(command, capture_output=True, env=where.env, check=False, timeout=limit)
    except subprocess.TimeoutExpired:
        tried.faults.append(f"{numbers[0]}-{numbers[-1]}: longer than {limit:.0f} s")
        return
    said = ran.stderr.decode("utf-8").splitlines()
    own, children = map(int, said.pop().split())
    tried.peaks.append((own // 1024, children // 1024))
    tried.files += len(files)
    if ran.returncode not in (0, 1) or "Traceback" in ran.stderr.decode():
        tried.faults.append(f"{numbers[0]}-{numbers[-1]}: exit code {ran.returncode}, {said[-1:]}")
        return
    _look(json.loads(ran.stdout, parse_constant=_refused), inside, files, tried)
    where.check_clean()
    tried.faults += [f"{name}: was changed" for name, data in files.items() if (inside / name).read_bytes() != data]


def _look(data: Any, inside: Path, files: dict[str, bytes], tried: Tried) -> None:
    sources = [found["source"] for found in (*data["submissions"], *data["passed_over"])]
    told = {Path(source).relative_to(inside).parts[0] for source in sources}
    tried.faults += [f"{name}: not told" for name in files.keys() - told]
    for entry in data["submissions"]:
        rules = {finding["rule"] for finding in entry["findings"]}
        tried.verdicts[entry["verdict"]] += 1
        tried.rules.update(rules)
        tried.faults += [f"{entry['source']}: {rule}" for rule in rules & set(_FAULTS)]


def _refused(constant: str) -> Any:
    raise ValueError(constant)
