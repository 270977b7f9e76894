"""The world of one episode: a visit to the shop, and what an expert does there."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from harness import Action, Capabilities, Environment, Observation, Score, Status

from .catalogue import Catalogue
from .pages import available, native, webshop
from .product import Product
from .reward import Terms, has_option, judged, score
from .samples import ShopSample
from .session import BUY, NEXT, PER_PAGE, PREV, Page, Session, clickables, search

SEARCH_ACTION, CLICK_ACTION = "search_action", "click_action"
KEYWORDS, VALUE = "keywords", "value"
FEATURES = "Features"
ARGUMENTS = {SEARCH_ACTION: KEYWORDS, CLICK_ACTION: VALUE}
WORDS = {SEARCH_ACTION: "search", CLICK_ACTION: "click"}


class ShopEnvironment(Environment):
    """A search can be made on any page. What cannot be clicked does nothing; `native` says so."""

    capabilities = Capabilities(fork=True)

    def __init__(self, sample: ShopSample, catalogue: Catalogue, profile: str) -> None:
        self.sample, self.catalogue, self.profile = sample, catalogue, profile
        self.session = Session()

    def reset(self) -> Observation:
        self.session = Session()
        if self.profile == "fc":
            return Observation("The initial observation:\n" + self._page().removeprefix("Observation:\n"))
        return Observation(self._page())

    def step(self, action: Action) -> Observation:
        said = str(action.arguments.get(ARGUMENTS.get(action.name, ""), "")).lower()
        moved = self._moved(action.name, said)
        if moved is not None:
            self.session = moved
        status = Status.COMPLETED if self.session.page is Page.DONE else None
        return Observation(self._shown(action, said, moved is not None), status)

    def _moved(self, name: str, said: str) -> Session | None:
        """Where the action leads; None where it does nothing."""
        if self.session.page is Page.DONE:
            return None
        if name == SEARCH_ACTION:
            return search(self.catalogue, said) if said.strip() else None
        wanted = said.strip() if self.profile == "native" else said
        move = clickables(self.session, self.catalogue).get(wanted)
        return move() if move is not None and name == CLICK_ACTION else None

    def _shown(self, action: Action, said: str, moved: bool) -> str:
        page = self._page()
        if self.profile == "native":
            return page if moved else f"{_nothing(action.name, said)}\n{page}"
        if self.profile == "fc":
            given = action.arguments.get(ARGUMENTS.get(action.name, ""), "")
            return f"Action: {WORDS.get(action.name)}[{given}]\n\n{page}"
        return page

    def _page(self) -> str:
        if self.profile == "native":
            return native(self.session, self.catalogue, self.sample.instruction)
        page = webshop(self.session, self.catalogue, self.sample.instruction)
        return f"Observation:\n{page}\n\nAvailable Actions:\n{available(self.session, self.catalogue)}"

    def score(self) -> Score:
        return score(self._terms(), self.session.page is Page.DONE)

    def _terms(self) -> Terms | None:
        """How far the product at hand meets the instruction; None where there is none."""
        if self.session.product is None:
            return None
        product = self.catalogue.product(self.session.product)
        return judged(self.sample, product, self.session.options, self.profile == "native")

    def fork(self) -> "ShopEnvironment":
        copy = ShopEnvironment(self.sample, self.catalogue, self.profile)
        copy.session = self.session
        return copy


def _nothing(name: str, said: str) -> str:
    if name == SEARCH_ACTION:
        return "Nothing happened: the search had no words."
    return f"Nothing happened: {said!r} cannot be clicked on this page."


class Find(NamedTuple):
    """A product among the results of a search, with the options to choose."""

    keywords: str
    rank: int
    product: Product
    chosen: Mapping[str, str]


def expert(world: ShopEnvironment, turns: int) -> tuple[Action, ...]:
    """Search with the words of the instruction, buy the first product that earns everything, after a look at
    its features where its title leaves an attribute open. The title that the instruction was written for is
    searched for only where this finds none. Empty where that, too, does not earn everything."""
    for find in _finds(world):
        there = [NEXT] * (find.rank // PER_PAGE) + [find.product.asin]
        for look in ([FEATURES, PREV], []) if _hidden(world.sample, find.product) else ([],):
            clicks = (*there, *look, *find.chosen.values(), BUY)
            actions = [Action(SEARCH_ACTION, {KEYWORDS: find.keywords})]
            actions += [Action(CLICK_ACTION, {VALUE: c}) for c in clicks]
            if len(actions) <= turns and _earns(world, actions):
                return tuple(actions)
    return ()


def _hidden(sample: ShopSample, product: Product) -> bool:
    """Whether an attribute only shows among the features."""
    return any(a not in product.title.lower() for a in sample.attributes)


def _earns(world: ShopEnvironment, actions: Sequence[Action]) -> bool:
    copy = world.fork()
    copy.reset()
    for action in actions:
        copy.step(action)
    return copy.score().value == 1


def _finds(world: ShopEnvironment) -> Iterator[Find]:
    for keywords in _queries(world.sample):
        for rank, number in enumerate(world.catalogue.search(keywords.lower())):
            product = world.catalogue.product(number)
            chosen = choose(world.sample, product, world.profile == "native")
            if judged(world.sample, product, chosen, world.profile == "native").value == 1:
                yield Find(keywords, rank, product, chosen)
                break


def _queries(sample: ShopSample) -> Iterator[str]:
    """Without brackets, which the text protocol could not write."""
    attributes, options = " ".join(sample.attributes), " ".join(sample.options)
    for text in (f"{attributes} {sample.query} {options}", f"{attributes} {sample.query}", sample.title):
        yield " ".join(text.replace("[", " ").replace("]", " ").split())


def choose(sample: ShopSample, product: Product, native_rules: bool) -> dict[str, str]:
    """For each wanted option the value that meets it best: the same words if there are any."""
    chosen: dict[str, str] = {}
    for wanted in sample.options:
        fits = [
            (value.casefold() != wanted.casefold(), choice.name in chosen, place, choice.name, value)
            for choice in product.choices
            for place, value in enumerate(choice.values)
            if has_option({choice.name: value}, wanted, native_rules) and "]" not in value
        ]
        if fits:
            *_, name, value = min(fits)
            chosen.setdefault(name, value)
    return chosen
