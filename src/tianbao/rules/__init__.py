"""The rule language: text to tree, evaluation, sentence; knows names and values only."""
