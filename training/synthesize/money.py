"""What was spent, what may be spent, and what it will probably be."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harness.types import Usage

CHARACTERS: int = 4
"""Of a token, roughly; estimates say "about"."""
PRICES: Final = ("price-in", "price-out")
"""Options of a provider."""


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

    def room(self, asked: Usage, requests: int, played: Usage | None = None) -> int:
        """How many requests fit beside what was played, going by the mean of those made; one at least."""
        if not self.dollars and not self.tokens:
            return 1_000_000
        if requests == 0:
            return 1
        total = asked + (played or Usage())
        left = [
            (limit - spent) / (of_asking / requests)
            for limit, spent, of_asking in (
                (self.dollars, total.cost, asked.cost),
                (self.tokens, total.tokens, asked.tokens),
            )
            if limit and of_asking
        ]
        return max(1, int(min(left))) if left else 1


@dataclass(frozen=True, slots=True)
class Prices:
    """US dollars for a million tokens, as `-M price-in=... -M price-out=...` say; what is not given is 0."""

    into: float
    out: float

    @classmethod
    def of(cls, model_args: Mapping[str, str]) -> "Prices | None":
        """None where neither is given, or both are 0."""
        given = _dashed(model_args)
        try:
            into, out = (float(given.get(key, 0)) for key in PRICES)
        except ValueError:
            return None  # the provider says what is wrong with it
        return cls(into, out) if into or out else None

    def dollars(self, prompt: float, completion: float) -> float:
        return (prompt * self.into + completion * self.out) / 1e6


def unpriced(model_args: Mapping[str, str]) -> list[str]:
    """The price options that are not given. A price of 0 is given: output is not free by being forgotten."""
    return [key for key in PRICES if key not in _dashed(model_args)]


def _dashed(model_args: Mapping[str, str]) -> dict[str, str]:
    return {key.replace("_", "-"): text for key, text in model_args.items()}
