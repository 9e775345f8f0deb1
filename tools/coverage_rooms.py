"""Fails when the tests leave too much of a room unvisited: rules, forms, checks and workbook each need 95 %.

Usage: python tools/coverage_rooms.py coverage.json
"""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

ROOMS = ("rules", "forms", "checks", "workbook")
LEAST = 95.0
NAMED = 8


@dataclass
class Room:
    """What coverage counted in one package, subpackages included."""

    lines: int = 0
    lines_run: int = 0
    branches: int = 0
    branches_taken: int = 0
    gaps: list[str] = field(default_factory=list)

    @property
    def line_share(self) -> float:
        return 100.0 * self.lines_run / self.lines if self.lines else 100.0

    @property
    def branch_share(self) -> float:
        return 100.0 * self.branches_taken / self.branches if self.branches else 100.0

    @property
    def enough(self) -> bool:
        # Branches alone would pass over a straight function that no test calls.
        return min(self.line_share, self.branch_share) >= LEAST


def listed(gaps: list[int] | list[str]) -> str:
    """The first few: enough to go and look."""
    shown = ", ".join(str(gap) for gap in gaps[:NAMED])
    return f"{shown} and {len(gaps) - NAMED} more" if len(gaps) > NAMED else shown or "none"


def measure(report: Path) -> dict[str, Room]:
    """The rooms of `coverage json`'s report."""
    rooms = {name: Room() for name in ROOMS}
    for name, entry in json.loads(report.read_text(encoding="utf-8"))["files"].items():
        parts = PurePosixPath(name.replace("\\", "/")).parts
        after = parts.index("tianbao") + 1 if "tianbao" in parts else len(parts)
        room = rooms.get(parts[after]) if after < len(parts) else None
        if room is None:
            continue
        summary = entry["summary"]
        room.lines += summary["num_statements"]
        room.lines_run += summary["covered_lines"]
        room.branches += summary["num_branches"]
        room.branches_taken += summary["covered_branches"]
        if entry["missing_lines"] or entry["missing_branches"]:
            branches = [f"{start}->{end}" for start, end in entry["missing_branches"]]
            room.gaps.append(
                f"  {'/'.join(parts[after:])}: lines {listed(entry['missing_lines'])}; branches {listed(branches)}"
            )
    return rooms


def main(report: Path) -> int:
    if not report.exists():
        print("no coverage was measured: did any test import tianbao?")
        return 1
    rooms = measure(report)
    print(f"{'room':<10}{'lines':>14}{'branches':>16}   at least {LEAST:g} % of each")
    for name, room in rooms.items():
        print(
            f"{name:<10}{room.line_share:>6.1f} %{room.lines:>6}{room.branch_share:>8.1f} %{room.branches:>6}"
            f"   {'ok' if room.enough else 'TOO LITTLE'}"
        )
    low = [room for room in rooms.values() if not room.enough]
    for room in low:
        print(*room.gaps, sep="\n")
    return 1 if low else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
