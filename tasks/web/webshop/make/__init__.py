"""The bundled shop: products and instructions from seeds. Product n is the same in every catalogue."""

from .goals import bundled
from .products import SMALLEST, product, vocabulary_digest

__all__ = ["SMALLEST", "bundled", "product", "vocabulary_digest"]
