"""Engines beside this machine's own processes."""
