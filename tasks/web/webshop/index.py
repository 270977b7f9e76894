"""Full-text search over the products: a tantivy index on disk, opened by memory map.

BM25 (k1 1.2, b 0.75) over English stems without stop words; words of a query are alternatives. What an
agent types is cut into words and never read as a query language.
"""

from functools import cache
from pathlib import Path
from typing import Any

TOP = 50
"""Products that a search finds at most."""
WORDS = 200
"""Words of a query that count."""
DEEPEST = 3200
"""How far a tie at the last place is followed, so that the product that was first listed wins."""
_HEAP = 64_000_000
_TEXT, _NUMBER, _ANALYZER = "text", "number", "shop"


@cache
def analyzer() -> Any:
    from tantivy import Filter, TextAnalyzerBuilder, Tokenizer

    filters = (Filter.lowercase(), Filter.remove_long(40), Filter.stopword("english"))
    builder = TextAnalyzerBuilder(Tokenizer.simple())
    for step in (*filters, Filter.stemmer("english")):
        builder = builder.filter(step)
    return builder.build()


@cache
def schema() -> Any:
    from tantivy import SchemaBuilder

    builder = SchemaBuilder()
    builder.add_text_field(_TEXT, tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_unsigned_field(_NUMBER, fast=True)
    return builder.build()


class IndexWriter:
    """Takes the products' texts in the order of their numbers. One thread, so that order is kept."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Document, Index

        folder.mkdir()
        self.document = Document
        self.index = Index(schema(), str(folder))
        self.index.register_tokenizer(_ANALYZER, analyzer())
        self.writer = self.index.writer(_HEAP, 1)

    def add(self, number: int, text: str) -> None:
        entry = self.document()
        entry.add_text(_TEXT, text)
        entry.add_unsigned(_NUMBER, number)
        self.writer.add_document(entry)

    def close(self) -> None:
        self.writer.commit()
        self.writer.wait_merging_threads()


class ProductIndex:
    """Answers queries with product numbers, the best first; equal scores in the order of numbers."""

    def __init__(self, folder: Path) -> None:
        from tantivy import Index

        index = Index.open(str(folder))
        index.register_tokenizer(_ANALYZER, analyzer())
        self.searcher = index.searcher()

    def search(self, keywords: str, top: int = TOP) -> tuple[int, ...]:
        from tantivy import Occur, Query

        words = analyzer().analyze(keywords)[:WORDS]
        if not words:
            return ()
        terms = [(Occur.Should, Query.term_query(schema(), _TEXT, w, "freq")) for w in words]
        query, depth = Query.boolean_query(terms), top
        hits = self.searcher.search(query, depth, count=False).hits
        while len(hits) == depth < DEEPEST and hits[-1][0] == hits[top - 1][0]:
            depth *= 2
            hits = self.searcher.search(query, depth, count=False).hits
        numbers = self.searcher.fast_field_values(_NUMBER, [address for _, address in hits])
        ranked = sorted((-score, int(number or 0)) for (score, _), number in zip(hits, numbers, strict=True))
        return tuple(number for _, number in ranked[:top])
