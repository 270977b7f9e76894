"""Games: a household, cards, puzzles."""
