"""What was spent, what may be spent, and what it will probably be."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.types import Usage

CHARACTERS: int = 4
"""Of a token, roughly; estimates say "about"."""


@dataclass(frozen=True, slots=True)
class Budget:
    """The most that one output folder may cost, over all its resumptions; 0 is no limit."""

    dollars: float = 0.0
    tokens: int = 0

    def spent(self, usage: Usage) -> str | None:
        """Which of the two is used up."""
        if 0 < self.dollars <= usage.cost:
            return f"the budget of ${self.dollars:g}"
        if 0 < self.tokens <= usage.tokens:
            return f"the budget of {self.tokens} tokens"
        return None

    def room(self, usage: Usage, requests: int) -> int:
        """How many more requests fit, going by the mean of those made; one where none was made yet."""
        if not self.dollars and not self.tokens:
            return 1_000_000
        if requests == 0:
            return 1
        left = [
            (limit - spent) / (spent / requests)
            for limit, spent in ((self.dollars, usage.cost), (self.tokens, usage.tokens))
            if limit and spent
        ]
        return max(1, int(min(left))) if left else 1


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens, as `-M price-in=... price-out=...` say; None where unknown."""

    into: float
    out: float

    @classmethod
    def of(cls, model_args: Mapping[str, str]) -> "Prices | None":
        given = {key.replace("_", "-"): text for key, text in model_args.items()}
        try:
            into, out = (float(given.get(key, 0)) for key in ("price-in", "price-out"))
        except ValueError:
            return None  # the provider says what is wrong with it
        return cls(into, out) if into or out else None

    def dollars(self, prompt: float, completion: float) -> float:
        return (prompt * self.into + completion * self.out) / 1e6
