"""Where a shopper stands, and what can be clicked there. Nothing here knows the instruction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from .catalogue import Catalogue
from .product import Product

PER_PAGE = 10
BACK, PREV, NEXT, BUY, SEARCH = "Back to Search", "< Prev", "Next >", "Buy Now", "Search"


class Page(StrEnum):
    SEARCH = "search"
    RESULTS = "results"
    ITEM = "item"
    DESCRIPTION = "description"
    FEATURES = "features"
    REVIEWS = "reviews"
    DONE = "done"


TABS = {"Description": Page.DESCRIPTION, "Features": Page.FEATURES, "Reviews": Page.REVIEWS}


@dataclass(frozen=True, slots=True)
class Session:
    """A state of a visit. Frozen, so that a copy is a fork."""

    page: Page = Page.SEARCH
    keywords: str = ""
    results: tuple[int, ...] = ()
    at: int = 1
    """Which page of the results."""
    product: int | None = None
    chosen: tuple[tuple[str, str], ...] = ()
    """Option name and value, in the order they were clicked."""

    @property
    def options(self) -> dict[str, str]:
        return dict(self.chosen)

    @property
    def shown(self) -> tuple[int, ...]:
        """The products on this page of results."""
        return self.results[(self.at - 1) * PER_PAGE : self.at * PER_PAGE]


Move = Callable[[], Session]


def search(catalogue: Catalogue, keywords: str) -> Session:
    return Session(Page.RESULTS, keywords, catalogue.search(keywords))


def clickables(session: Session, catalogue: Catalogue) -> dict[str, Move | None]:
    """What can be clicked, in lower case, in WebShop's order: buttons, products, options. Where two
    things bear one name, the later one takes the click. `search`, the search page's own button, leads
    nowhere."""
    if session.page is Page.DONE:
        return {}
    if session.page is Page.SEARCH:
        return {SEARCH.lower(): None}
    moves: dict[str, Move | None] = {BACK.lower(): Session}
    if session.page is Page.RESULTS:
        return moves | _on_results(session, catalogue)
    if session.page is Page.ITEM:
        return moves | _on_item(session, the_product(session, catalogue))
    return {**moves, PREV.lower(): lambda: replace(session, page=Page.ITEM)}


def _on_results(session: Session, catalogue: Catalogue) -> dict[str, Move | None]:
    moves: dict[str, Move | None] = {}
    if session.at > 1:
        moves[PREV.lower()] = lambda: replace(session, at=session.at - 1)
    if session.at * PER_PAGE < len(session.results):
        moves[NEXT.lower()] = lambda: replace(session, at=session.at + 1)
    for number in session.shown:
        name = catalogue.product(number).asin.lower()
        moves[name] = lambda n=number: replace(session, page=Page.ITEM, product=n)  # type: ignore[misc]
    return moves


def _on_item(session: Session, product: Product) -> dict[str, Move | None]:
    back = replace(session, page=Page.RESULTS, product=None, chosen=())
    moves: dict[str, Move | None] = {PREV.lower(): lambda: back}
    for tab, page in TABS.items():
        moves[tab.lower()] = lambda p=page: replace(session, page=p)  # type: ignore[misc]
    moves[BUY.lower()] = lambda: replace(session, page=Page.DONE)
    for choice in product.choices:
        for value in choice.values:
            chosen = tuple((session.options | {choice.name: value}).items())
            moves[value] = lambda c=chosen: replace(session, chosen=c)  # type: ignore[misc]
    return moves


def the_product(session: Session, catalogue: Catalogue) -> Product:
    """The product that is looked at, or was bought."""
    assert session.product is not None
    return catalogue.product(session.product)
