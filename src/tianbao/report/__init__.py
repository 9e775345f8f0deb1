"""The official report: one document, rendered as docx, html, pdf and json."""
