"""Answers about findings: the terminal table."""
