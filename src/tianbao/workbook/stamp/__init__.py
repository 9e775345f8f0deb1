"""Workbooks poured into bytes that were written once."""
