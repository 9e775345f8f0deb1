"""OpenFormula, as .ods files have it → the text that Excel has for the same formula."""

import re

from tianbao.workbook.a1 import quoted
from tianbao.workbook.grammar import MAX_FORMULA

_PREFIX = re.compile(r"(of|oooc):=")
_EXCEL_PREFIX = "msoxl:="
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"|\#(?:REF!|DIV/0!|NULL!|NAME\?|VALUE!|NUM!|N/A))
    |\[(?P<reference>(?:'[^']*'|[^\]'])*)\]
    |(?P<prefix>(?:COM\.MICROSOFT|LEGACY|_xlfn)\.(?=[A-Z]))
    |(?P<truth>(?<![\w.])(?:TRUE|FALSE)(?=\(\)))\(\)
    |(?P<sign>[;|{}~!])
    |(?P<other>[^"\[;|{}~!#CLTF_]+|[#CLTF_])""",
    re.VERBOSE,
)
_CELL = r"\$?[A-Za-z]{1,3}\$?\d{1,7}|\$?[A-Za-z]{1,3}|\$?\d{1,7}|\#REF!|\$?[A-Za-z]{0,3}\$?\#REF!\d*"
_REFERENCE = re.compile(
    rf"""(?P<file>'(?:[^']|'')*'\#)?
    (?P<sheet>\$?(?:'(?:[^']|'')*'|[^.'\#]+|\#REF!))?\.(?P<first>{_CELL})
    (?::(?P<last_sheet>\$?(?:'(?:[^']|'')*'|[^.'\#]+))?\.(?P<last>{_CELL}))?""",
    re.VERBOSE,
)
_LAST_ROW, _LAST_COLUMN = "1048576", "XFD"
_WHOLE_COLUMNS = re.compile(rf"(\$?[A-Za-z]+)\$?1:(\$?[A-Za-z]+)\$?{_LAST_ROW}")
_WHOLE_ROWS = re.compile(rf"\$?A(\$?\d+):\$?{_LAST_COLUMN}(\$?\d+)")


def excel_formula(formula: str) -> str:
    """SUM(D5:D8,'三、申请'!$A$1) for of:=SUM([.D5:.D8];[$'三、申请'.$A$1]); "" for what is none or too long."""
    if len(formula) > MAX_FORMULA:
        return ""
    if formula.startswith(_EXCEL_PREFIX):
        return formula.removeprefix(_EXCEL_PREFIX)
    prefix = _PREFIX.match(formula)
    if not prefix:
        return ""
    out = []
    inside, at = 0, prefix.end()
    while at < len(formula):
        found = _TOKEN.match(formula, at)
        if not found:
            return ""
        token, at = found[0], found.end()
        match found.lastgroup:
            case "reference":
                out.append(excel_reference(found["reference"]))
            case "sign":
                inside += (token == "{") - (token == "}")
                out.append(_sign(token, inside > 0))
            case "prefix":
                pass
            case "truth":
                out.append(found["truth"])
            case _:
                out.append(token)
    return "".join(out)


def _sign(sign: str, in_constants: bool) -> str:
    """Separators of operands, and in constant arrays of columns and rows; union and intersection."""
    if in_constants:
        return {";": ",", "|": ";"}.get(sign, sign)
    return {";": ",", "~": ",", "!": " "}.get(sign, sign)


def excel_reference(reference: str) -> str:
    """'三、申请'!$A$1:$B$2 for $'三、申请'.$A$1:.$B$2; #REF! for what points nowhere."""
    found = _REFERENCE.fullmatch(reference)
    if not found or "#REF!" in reference:
        return "#REF!"
    text = found["first"] + (f":{found['last']}" if found["last"] else "")
    whole = _WHOLE_COLUMNS.fullmatch(text) or _WHOLE_ROWS.fullmatch(text)
    if whole:
        text = f"{whole[1]}:{whole[2]}"
    if found["sheet"] is None:
        return text
    first, last = _plain(found["sheet"]), _plain(found["last_sheet"] or found["sheet"])
    sheets = first if first == last else f"{first}:{last}"
    file = f"[{_plain(found['file'][:-1]).rsplit('/', 1)[-1]}]" if found["file"] else ""
    return f"{quoted(file + sheets)}!{text}"


def _plain(sheet: str) -> str:
    """A sheet's name without $ and quotes."""
    name = sheet.removeprefix("$")
    return name[1:-1].replace("''", "'") if name.startswith("'") else name
