"""A good submission as JSON data, and small changes to it."""

import copy
import json
from pathlib import Path
from typing import Any

from tianbao.forms import library

EXAMPLE = library.resource_root() / "examples" / "waishi-2023.json"
TEXT = "本年度没有发出收费通知，没有收取信息处理费；各项工作按要求完成。"


def data(cells: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    """A submission of 2023 without any finding: one application, answered; `cells` and other keys are put over it."""
    made: dict[str, Any] = {
        "form": "gov-disclosure",
        "edition": "2021",
        "year": 2023,
        "agency": {"name": "示例区档案局", "code": None},
        "cells": dict.fromkeys(library.load("gov-disclosure", "2021").cells, 0),
        "texts": {"overview": TEXT, "problems": TEXT, "other": TEXT},
        "explanations": {},
    }
    for row in ("new", "granted", "total"):
        made["cells"] |= {f"requests.{row}.natural": 1, f"requests.{row}.total": 1}
    made["cells"] |= cells or {}
    return copy.deepcopy(made | changes)


def write(folder: Path, name: str, made: Any) -> Path:
    """The data as a file."""
    path = folder / name
    path.write_text(json.dumps(made, ensure_ascii=False), "utf-8")
    return path
