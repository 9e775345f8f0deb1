"""A text as XlsxWriter must be given it, so that it stands in the cell letter by letter."""

from html import escape


def literal(text: str) -> str:
    """The text, or one run of it where XlsxWriter would take the text itself for the XML of runs.

    XlsxWriter writes every string of the shape <r>…</r> into the file as it is: such a text from a stranger would
    break the workbook, or put markup into it.
    """
    if text.startswith("<r>") and text.endswith("</r>"):
        return f'<r><t xml:space="preserve">{escape(text, quote=False)}</t></r>'
    return text
