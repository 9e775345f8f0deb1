"""tianbao 填报: one form definition, from the locked workbook to the official report."""

__version__ = "0.1.0"
