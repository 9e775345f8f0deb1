"""Tests of form definitions."""
