"""What a page says: in WebShop's wording for `v0.2` and `fc`, and a line for each thing for `native`."""

from collections.abc import Iterator

from .catalogue import Catalogue
from .product import Product
from .session import BACK, BUY, NEXT, PREV, SEARCH, TABS, Page, Session, clickables, the_product

SEPARATOR = " [SEP] "
SHOWN = 40
"""Values of one option, and reviews, that a native page lists."""


def webshop(session: Session, catalogue: Catalogue, instruction: str) -> str:
    """Source: WebShop's text mode as AgentBench v0.2 plays it; the texts of a page between separators."""
    if session.page is Page.DONE:
        return "Thank you for shopping with us!"
    if session.page is Page.SEARCH:
        return SEPARATOR.join(("WebShop", "Instruction:", instruction, SEARCH))
    texts = _results(session, catalogue) if session.page is Page.RESULTS else _item(session, catalogue)
    return SEPARATOR.join(("Instruction:", instruction, BACK, *texts))


def available(session: Session, catalogue: Catalogue) -> str:
    """The listing of actions, written as AgentBench does."""
    names = list(clickables(session, catalogue))
    return str({"has_search_bar": session.page is Page.SEARCH, "clickables": names})


def _results(session: Session, catalogue: Catalogue) -> Iterator[str]:
    yield f"Page {session.at} (Total results: {len(session.results)})"
    names = clickables(session, catalogue)
    yield from (button for button in (PREV, NEXT) if button.lower() in names)
    for number in session.shown:
        product = catalogue.product(number)
        yield from (product.asin, product.title, product.tag({}))


def _item(session: Session, catalogue: Catalogue) -> Iterator[str]:
    yield PREV
    product = the_product(session, catalogue)
    if session.page is not Page.ITEM:
        yield from details(product, session.page)
        return
    for choice in product.choices:
        yield from (choice.name, *choice.values)
    yield from (product.title, f"Price: {product.tag(session.options)}", f"Rating: {product.rating}")
    yield from (*TABS, BUY)


def details(product: Product, page: Page) -> Iterator[str]:
    """What a sub-page of a product tells."""
    if page is Page.DESCRIPTION:
        yield product.description or "No Description"
    elif page is Page.FEATURES:
        yield from product.bullets or ("No Features",)
    elif not product.reviews:
        yield "No reviews found"
    else:
        for review in product.reviews:
            yield from (f'"{review.title}"', review.stars, review.text)


def native(session: Session, catalogue: Catalogue, instruction: str) -> str:
    """What can be clicked stands in square brackets."""
    if session.page is Page.DONE:
        return f"You bought {the_product(session, catalogue).asin}. Thank you for shopping."
    lines = [f"Instruction: {instruction}"]
    if session.page is Page.SEARCH:
        return "\n".join((*lines, "This is the search page. Search for something."))
    if session.page is Page.RESULTS:
        lines += _native_results(session, catalogue)
    elif session.page is Page.ITEM:
        lines += _native_item(session, the_product(session, catalogue))
    else:
        product = the_product(session, catalogue)
        found = list(details(product, session.page))
        lines += [f"{session.page.title()} of {product.title}:", *found[: 3 * SHOWN]]
    buttons = [b for b in (BACK, PREV, NEXT, *TABS, BUY) if b.lower() in clickables(session, catalogue)]
    return "\n".join((*lines, "Buttons: " + " ".join(f"[{b}]" for b in buttons)))


def _native_results(session: Session, catalogue: Catalogue) -> Iterator[str]:
    total = len(session.results)
    pages = -(-total // 10)
    yield (
        f"{total} results, page {session.at} of {pages}:" if total else "Nothing was found. Try other words."
    )
    for number in session.shown:
        product = catalogue.product(number)
        yield f"[{product.asin}] {product.title}, {product.tag({})}"


def _native_item(session: Session, product: Product) -> Iterator[str]:
    yield product.title
    yield f"Price: {product.tag(session.options)}; rating: {product.rating}"
    for choice in product.choices:
        chosen = session.options.get(choice.name)
        values = " ".join(f"[{v}]" for v in choice.values[:SHOWN])
        more = f" and {len(choice.values) - SHOWN} more" if len(choice.values) > SHOWN else ""
        yield f"{choice.name}: {values}{more}" + (f" (chosen: {chosen})" if chosen else "")
