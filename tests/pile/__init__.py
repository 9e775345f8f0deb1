"""Piles of all that an office receives, made by code, with the verdict that each thing must get."""
