"""Command line: parse, call one verb, print, exit code."""
