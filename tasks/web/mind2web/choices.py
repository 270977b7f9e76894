"""The words that questions and answers share."""

ANSWER = "answer"
"""The one action there is."""
NONE = "A"
LETTERS = "BCDEF"
"""Choices that are elements."""
OPERATIONS = ("CLICK", "SELECT", "TYPE")
HEAD = "Task: "
"""How every question begins."""
