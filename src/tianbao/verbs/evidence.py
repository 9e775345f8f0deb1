"""When a workbook was last saved, as the workbook itself says: evidence of which version is the newest."""

import hashlib
import re
from pathlib import Path

_MODIFIED = re.compile(rb"<dcterms:modified[^>]*>\s*([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8})")
_OURS = "2020-01-01T00:00:00"
"""What every workbook that tianbao writes says, so that the same figures give the same bytes: no evidence."""
_MOST = 64 * 2**20


def saved_at(source: str, sha256: str) -> str:
    """The time in the properties of the workbook at a path, "" where there is none or it is the one that we write."""
    from tianbao.workbook.package import NotAWorkbook, open_package

    path = Path(source)
    try:
        if not path.is_file() or path.stat().st_size > _MOST:
            return ""
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != sha256:
            return ""
        found = _MODIFIED.search(open_package(data)[0].part("docProps/core.xml"))
    except (OSError, NotAWorkbook):
        return ""
    stamp = found.group(1).decode() if found else ""
    return "" if stamp == _OURS else stamp
