"""Workbooks of a known structure, read without a parser."""
