"""Spreadsheet bytes: layout, formulas, writing and reading."""
