"""Tests against real programs: LibreOffice, a person at the keyboard, a browser."""
