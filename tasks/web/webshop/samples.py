"""What a sample is: an instruction, and the product it was written for."""

from dataclasses import dataclass

from harness import Sample


@dataclass(frozen=True, slots=True)
class ShopSample(Sample):
    """One thing to buy. Any product that meets the terms earns full marks, not only the one it is about."""

    instruction: str
    """What the agent reads, the price bound included."""
    asin: str
    """The product that the instruction was written for."""
    title: str
    query: str
    """What one would search for to find this kind of product, in lower case."""
    path: tuple[str, ...]
    """The product's place among the categories, the widest first."""
    attributes: tuple[str, ...]
    options: tuple[str, ...]
    """Option values to be chosen; which option each belongs to is not said, as in WebShop."""
    price_upper: float
    """Dollars."""
