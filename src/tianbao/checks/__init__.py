"""Checks that look at a submission and yield findings."""
