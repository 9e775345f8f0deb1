"""Workbooks that tianbao writes as a result: recognised again, as its JSON is, and never taken for a report."""

from tianbao.workbook.package import NotAWorkbook, open_package

RESULT_SUBJECT = "tianbao check --xlsx"
"""The subject in the properties of a result; no issued workbook has it, so none can be passed over by mistake."""


def is_own_result(data: bytes) -> bool:
    """Whether these bytes are a summary that `tianbao check` wrote."""
    try:
        properties = open_package(data)[0].part("docProps/core.xml")
    except NotAWorkbook:
        return False
    return f"<dc:subject>{RESULT_SUBJECT}</dc:subject>".encode() in properties
