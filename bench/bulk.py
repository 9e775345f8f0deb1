"""python -m bench bulk [--all]: reading and checking many workbooks, side by side with two yardsticks in one run.

F is the floor: zipfile inflates all sheets and the shared strings, expat runs over them without a handler. P is what
one would script: openpyxl for the values and jsonschema over them, in one process. All times are the processor's.
"""

import gc
import hashlib
import io
import random
import resource
import statistics
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.parsers import expat

import jsonschema
import openpyxl
from tests.checks.planting import consistent
from tests.resave.excel import excel_like, excel_random
from tests.resave.programs import openpyxl_saved
from tests.resave.wps import wps_like

from bench.clock import children, seconds_of
from tianbao.forms import library
from tianbao.forms.model import Form
from tianbao.forms.schema import submission_schema
from tianbao.intake.received import Received
from tianbao.submission import Agency, Entry, Submission, to_data
from tianbao.values import understand
from tianbao.verbs import reading, telling
from tianbao.verbs.options import Options
from tianbao.workbook import read
from tianbao.workbook.fast import reader as fast
from tianbao.workbook.stamp import press as stamp

YEAR = 2023
ROUNDS = 40
WARM = 10
"""Files of a kind that are read before time is taken."""
_WORDS = "本年度依法主动公开政府信息，办理依申请公开事项12件，健全制度，加强培训。\n"


def main(arguments: Sequence[str] = ()) -> None:
    """Prints one line for each figure. `--all`: the full numbers (some minutes)."""
    full = "--all" in arguments
    form = library.load(library.DEFAULT_FORM, "2021")
    books = [stamp.filled(form, submission_of(form, number)) for number in range(ROUNDS + WARM)]
    _single(form, books)
    _starting(books[0])
    floor, plain = (
        statistics.median(seconds_of(partial(run, data)) for data in books[:15]) for run in _yardsticks(form)
    )
    with tempfile.TemporaryDirectory() as folder:
        for number in range(2_000 if full else 400):
            data = stamp.filled(form, submission_of(form, number))
            (Path(folder) / f"{number:05d}.xlsx").write_bytes(data)
        _command_line(Path(folder), floor, plain)
    _memory(form, 20_000 if full else 2_000)


def submission_of(form: Form, seed: int) -> Submission:
    """Figures of an agency that break no rule, and texts of every length."""
    chance = random.Random(seed)
    figures = consistent(form, chance)
    entries = {address: Entry(understand(number)) for address, number in figures.items()}
    texts = {section: _WORDS * chance.randrange(1, 40) for section in form.narratives}
    return Submission(form.id, form.edition, YEAR, Agency(f"示例区第{seed}局", f"{seed:06d}"), entries, texts)


def floor_of(data: bytes) -> None:
    """What parsing a stranger's file costs at least."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    for name in archive.namelist():
        if name.startswith("xl/worksheets/sheet") or name == "xl/sharedStrings.xml":
            expat.ParserCreate().Parse(archive.read(name), True)


def plain_of(validator: Any, submission: Submission, data: bytes) -> int:
    """openpyxl for the values, then jsonschema over as many."""
    book = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    seen = sum(1 for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None)
    return seen + len(list(validator.iter_errors(to_data(submission))))


def whole_check(data: bytes) -> str:
    """bytes → digest, values, findings, verdict, JSON line."""
    received = Received("a.xlsx", data, hashlib.sha256(data).hexdigest())
    (found,) = telling._answer(Options(), received)
    return str(getattr(found, "entry", ""))


def _yardsticks(form: Form) -> tuple[Callable[[bytes], object], Callable[[bytes], object]]:
    validator = jsonschema.Draft202012Validator(submission_schema(form))
    return floor_of, partial(plain_of, validator, submission_of(form, 0))


def _unseen(data: bytes) -> None:
    """As the first of its shape; what a process makes of a form once is there."""
    reading.shapes.cache_clear()
    whole_check(data)


def _single(form: Form, books: Sequence[bytes]) -> None:
    floor, plain = _yardsticks(form)
    rewritten: dict[str, Callable[[bytes, int], bytes]] = {
        "Excel-like": excel_like,
        "Excel-like, at random": excel_random,
        "WPS-like": wps_like,
        "openpyxl": openpyxl_saved,
    }
    for name, again in {"issued and filled": lambda data, _: data, **rewritten}.items():
        files = [again(data, number) for number, data in enumerate(books)]
        reading.shapes.cache_clear()
        for data in files[:WARM]:
            whole_check(data)
        before = reading.shapes().counts.slow
        each = [(seconds_of(partial(floor, data)), seconds_of(partial(whole_check, data))) for data in files[WARM:]]
        hits = 1 - (reading.shapes().counts.slow - before) / len(each)
        ratio = statistics.median(whole for _, whole in each) / statistics.median(bare for bare, _ in each)
        _print(f"whole check, {name}", f"{ratio:6.2f} F   {hits:.0%} known")
    turn: Iterator[bytes] = cycle(books)
    runs: dict[str, Callable[[bytes], object]] = {
        "F": floor,
        "P": plain,
        "known": whole_check,
        "unseen shape, once": _unseen,
        "slow way, reading only": lambda data: read.read(data, library.load, library.every),
        "fast way, reading only": lambda data: fast.read(data, library.load, library.every, reading.shapes()),
    }
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS // 4):
        data = next(turn)
        for name, run in runs.items():
            if name == "known":
                whole_check(data)
            times[name].append(seconds_of(partial(run, next(turn) if name == "known" else data)))
    unit = statistics.median(times["F"])
    for name, found in times.items():
        _print(name, f"{statistics.median(found) / unit:6.2f} F   {statistics.median(found) * 1000:7.2f} ms")


def _starting(book: bytes) -> None:
    """Whole processes, in turn; the one that is asked for, beside what it must load."""
    group = "import click\n@click.group()\ndef main(): 'a bare group'\nmain()"
    with tempfile.NamedTemporaryFile(suffix=".xlsx") as file:
        file.write(book)
        file.flush()
        asked: dict[str, list[str]] = {
            "--help": ["-m", "tianbao", "--help"],
            "bare group --help": ["-c", group, "--help"],
            "check ONE.xlsx": ["-m", "tianbao", "check", file.name],
            "import click": ["-c", "import click"],
        }
        times: dict[str, list[float]] = {name: [] for name in asked}
        for turn in range(12):
            for name, command in asked.items():
                spent, _ = children([sys.executable, *command])
                if turn:
                    times[name].append(spent)
    medians = {name: statistics.median(found) for name, found in times.items()}
    _print("--help", f"{medians['--help'] / medians['bare group --help']:6.2f} × a bare group")
    _print("check ONE.xlsx", f"{medians['check ONE.xlsx'] / medians['import click']:6.2f} × import click")


def _command_line(folder: Path, floor: float, plain: float) -> None:
    count = sum(1 for _ in folder.iterdir())
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "tianbao", "check", str(folder), "--json", f"{out}/a.json", "--quiet"]
        spent, _ = children([*command, "--jobs", "1"])
        _print(f"check DIR --jobs 1, {count} files", f"{spent / count / floor:6.2f} F a file")
        spent, wall = children(command)
        cores = Options().processes
        rate = count / wall / cores * plain
        _print(f"check DIR, {cores} cores, {count} files", f"{rate:6.1f} × P's rate per core (by the wall clock)")


def _memory(form: Form, count: int) -> None:
    """What this process holds after a tenth of the files and at the end, in-process."""
    gc.collect()
    seen = {}
    for number in range(count):
        whole_check(stamp.filled(form, submission_of(form, number)))
        if number + 1 in (min(1_000, count // 2), count):
            seen[number + 1] = _resident()
    first, last = seen.values()
    _print(f"resident memory, {count} files", f"{first / 2**20:.1f} MiB, then {(last - first) / 2**20:+.1f} MiB")


@cache
def _page() -> int:
    return resource.getpagesize()


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * _page()


def _print(name: str, found: str) -> None:
    print(f"{name:40} {found}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
