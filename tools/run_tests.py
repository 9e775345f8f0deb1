"""Runs pytest with coverage, then looks at the coverage of each room; pytest's closing line is printed last.

Arguments go to pytest. JOBS says how many workers (0: none). With a path or the like among the arguments only
some tests run, and coverage is not looked at.
"""

import os
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
OUT = TOP / "out"
STATUS = OUT / "tests.status"
LOG = OUT / "tests.log"
COVERAGE = OUT / "coverage.json"


def run(command: list[str]) -> tuple[int, str]:
    """Runs it, shows its output as it comes, and gives its exit code and its last line."""
    process = subprocess.Popen(command, cwd=TOP, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    said = bytearray()
    while block := os.read(process.stdout.fileno(), 1 << 14):
        said += block
        sys.stdout.buffer.write(block)
        sys.stdout.buffer.flush()
    LOG.write_bytes(said)
    lines = said.decode(errors="replace").strip().splitlines()
    return process.wait(), lines[-1] if lines else ""


def main(arguments: list[str]) -> int:
    OUT.mkdir(exist_ok=True)
    whole = all(argument.startswith("-") for argument in arguments)
    command = [sys.executable, "-m", "pytest", *arguments]
    jobs = os.environ.get("JOBS", "2")
    if jobs != "0":
        command += ["-n", jobs, "--dist", "worksteal"]
    if sys.stdout.isatty():
        command.append("--color=yes")
    if whole:
        COVERAGE.unlink(missing_ok=True)
        command += ["--cov=tianbao", "--cov-branch", f"--cov-report=json:{COVERAGE}"]
    code, closing = run(command)
    if code == 0 and whole:
        code = subprocess.run(
            [sys.executable, "tools/coverage_rooms.py", str(COVERAGE)], cwd=TOP, check=False
        ).returncode
        print(closing)
    # make has exit codes of its own; who wants the one of the tests finds it here
    STATUS.write_text(f"{code}\n", encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
