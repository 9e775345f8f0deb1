"""Published reports as numbers (the folder that TIANBAO_REPORTS names) → submissions, and a second way to check."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

COLUMNS = ("natural", "business", "research", "charity", "legal", "other", "total")
COLUMN_NAMES = ("自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计")
RESULTS = ("upheld", "corrected", "other", "pending", "total")
GROUPS = {"行政复议": "review", "直接起诉": "direct", "复议后起诉": "after_review"}
ROWS_2021 = {
    "规章": ("regulations", ("issued", "repealed", "in_force")),
    "行政规范性文件": ("normative", ("issued", "repealed", "in_force")),
    "行政许可": ("licences", ("decisions",)),
    "行政处罚": ("penalties", ("decisions",)),
    "行政强制": ("coercions", ("decisions",)),
    "行政事业性收费": ("fees", ("amount",)),
}
_ITEMS = ("previous", "change", "decisions")
ROWS_2019 = {
    "规章": ("regulations", ("made", "published", "total")),
    "规范性文件": ("normative", ("made", "published", "total")),
    "行政许可": ("licences", _ITEMS),
    "其他对外管理服务事项": ("services", _ITEMS),
    "行政处罚": ("penalties", _ITEMS),
    "行政强制": ("coercions", _ITEMS),
    "行政事业性收费": ("fees", ("previous", "change")),
    "政府集中采购": ("procurement", ("items", "amount")),
}
_RULE_OF = {"R1": "T3-ID", "R2": "T3-SUM7", "R2b": "T3-SUM7", "R3": "T3-ROW", "R3b": "T3-ROW", "R4": "T4-SUM"}


def names(folder: Path) -> list[str]:
    """Names of the reports that use one of the two official formats; a few mix them."""
    found = {path.stem: json.loads(path.read_text("utf-8"))["format"] for path in folder.glob("*.json")}
    return sorted(name for name, layout in found.items() if layout in ("2019", "2021"))


def submission_data(folder: Path, name: str) -> dict[str, Any]:
    """A report as submission JSON; texts are made up, since only figures were kept."""
    report = json.loads((folder / f"{name}.json").read_text("utf-8"))
    cells: dict[str, Any] = {}
    for printed, values in report["table3"]["rows"].items():
        # a few reports of the 2021 format still print （六）其他处理 as one row
        row = "other_3" if printed == "other" and report["format"] == "2021" else printed
        cells |= {f"requests.{row}.{column}": value for column, value in zip(COLUMNS, values, strict=True)}
    for group, values in report["table4"].items():
        cells |= {f"reviews.{GROUPS[group]}.{result}": value for result, value in zip(RESULTS, values, strict=True)}
    rows = ROWS_2019 if report["format"] == "2019" else ROWS_2021
    for label, values in (report.get("table2") or {}).items():
        if label in rows:
            row, measures = rows[label]
            listed = values if isinstance(values, list) else [values]
            cells |= {f"proactive.{row}.{measure}": value for measure, value in zip(measures, listed, strict=False)}
    text = "文字部分没有保留；本年度没有收取信息处理费，没有发出收费通知。"
    return {
        "form": "gov-disclosure",
        "edition": report["format"],
        "year": report["year"],
        "agency": {"name": report["agency"], "code": None},
        "cells": cells,
        "texts": dict.fromkeys(("overview", "problems", "other"), text),
        "explanations": {},
    }


def broken_by_hand(data: dict[str, Any]) -> set[str]:
    """Keys of the sum rules that are broken: plain loops over the figures, nothing of tianbao."""
    cells = data["cells"]

    def value(address: str) -> float:
        found = cells.get(address)
        return found if isinstance(found, int | float) else 0

    rows = list(dict.fromkeys(address.split(".")[1] for address in cells if address.startswith("requests.")))
    parts = [row for row in rows if row not in ("new", "carried_in", "total", "carried_out")]
    broken = set()
    for column in COLUMNS:
        new, carried_in, total, carried_out = (
            value(f"requests.{row}.{column}") for row in ("new", "carried_in", "total", "carried_out")
        )
        if new + carried_in != total + carried_out:
            broken.add(f"T3-ID[{column}]")
        if sum(value(f"requests.{row}.{column}") for row in parts) != total:
            broken.add(f"T3-SUM7[{column}]")
    for row in rows:
        if sum(value(f"requests.{row}.{column}") for column in COLUMNS[:6]) != value(f"requests.{row}.total"):
            broken.add(f"T3-ROW[{row}]")
    for group in GROUPS.values():
        if sum(value(f"reviews.{group}.{result}") for result in RESULTS[:4]) != value(f"reviews.{group}.total"):
            broken.add(f"T4-SUM[{group}]")
    return broken


def broken_by_checker(folder: Path) -> dict[str, set[str]] | None:
    """What the independent checker beside the reports says, by report; None where there is none."""
    checker = folder.parent / "check.py"
    if not checker.exists():
        return None
    done = subprocess.run([sys.executable, str(checker), str(folder)], capture_output=True, text=True, check=True)
    return dict(_said(done.stdout.splitlines()))


def _said(lines: list[str]) -> Iterator[tuple[str, set[str]]]:
    name, found = "", set[str]()
    for line in [*lines, "end"]:
        if line.startswith("   "):
            tag, subject = line.split()[0], line.split(":")[0].split()[-1]
            key = GROUPS.get(subject) or (COLUMNS[COLUMN_NAMES.index(subject)] if subject in COLUMN_NAMES else subject)
            found.add(f"{_RULE_OF[tag]}[{key}]")
        else:
            if name:
                yield name, found
            name, found = line.split(" ")[0], set()
