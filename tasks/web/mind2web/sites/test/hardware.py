"""Brackwell & Daughters: aisles and search, items with sizes, a basket, collection in a store."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar
from urllib.parse import quote_plus

from ..markup import Html, bare_choice, button, choice, el, field, form, hidden, joined, link, links, many
from ..markup import picture, table, tick
from ..site import DROPPED, KEPT, ORDERED, SENT, Deed, Errand, Request, Session, Site, click, pick, write

ORDERS = ("Popular", "Price: low to high", "Price: high to low")
AMOUNTS = ("1", "2", "3", "4", "5", "6")


@dataclass(frozen=True, slots=True)
class Item:
    number: int
    name: str
    aisle: str
    make: str
    pence: int
    stars: int


class Hardware(Site):
    name = "brackwell"
    domain = "Shopping"
    words = "test/hardware.toml"
    style = (
        "*{box-sizing:border-box}body{font:14px Arial;margin:0}.mast{background:#232f1e;color:#fff;padding:10px}"
        ".mast a{color:#f7c948}.wrap{display:grid;grid-template-columns:220px 1fr 200px;gap:16px;padding:16px}"
        ".tile{border:1px solid #ddd;border-radius:4px;padding:8px;display:inline-block;width:31%}.price{font-weight:700}"
        ".cookies{position:sticky;bottom:0;background:#eee;padding:8px}.legal{background:#f6f6f6;padding:16px}"
    )
    deeds: ClassVar[Mapping[str, Deed]] = {
        "add": Deed(KEPT, ("item", "size", "amount"), "/basket"),
        "remove": Deed(DROPPED, ("item", "size", "amount"), "/basket"),
        "collect": Deed(ORDERED, ("store", "name", "pay")),
        "tell": Deed(SENT, ("item", "email")),
        "news": Deed(SENT, ("email",)),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.home,
            "aisle": self.aisle,
            "find": self.find,
            "item": self.item,
            "basket": self.basket,
            "checkout": self.checkout,
            "stores": self.stores,
            "store": self.store,
            "help": self.help,
            "thanks": self.thanks,
        }

    @cached_property
    def items(self) -> tuple[Item, ...]:
        words, dice, found = self.texts(), Random("brackwell stock"), []
        for aisle, names in words["aisles"].items():
            prices = dice.sample(range(190, 14900, 5), len(names) * len(words["makes"]))
            for name in names:
                for make in words["makes"]:
                    number = len(found)
                    found.append(Item(number, f"{make} {name.lower()}", aisle, make, prices.pop(), dice.randint(1, 5)))
        return tuple(found)

    def around(self, main: Html, request: Request, session: Session) -> Html:
        basket = el("p", link(f"Basket ({len(session.kept)})", "/basket", class_="basket"))
        middle = el("div", self._aisles, main, self._offers, class_="wrap")
        return joined(el("div", self._mast, basket, class_="mast"), middle, self._legal)

    @cached_property
    def _mast(self) -> Html:
        search = form(
            "/find",
            el("input", type="text", id="top-q", name="q", value="", aria_label="Search the shop"),
            bare_choice("top-in", ("All aisles", *self.texts()["aisles"]), "in", aria_label="Search in"),
            button("top-go", "Search"),
        )
        trade = [(t, f"/help/{t.split()[0].lower()}") for t in self.texts()["trades"]]
        more = [("Find a store", "/stores"), ("Your basket", "/basket")]
        return joined(link("Brackwell & Daughters", "/", class_="logo"), search, links([*trade, *more]))

    @cached_property
    def _aisles(self) -> Html:
        parts = []
        for n, (aisle, names) in enumerate(self.texts()["aisles"].items()):
            below = [(name, f"/find?q={quote_plus(name)}&in=All+aisles") for name in names]
            parts.append(joined(el("h4", link(aisle, f"/aisle/{n}")), links(below)))
        return el("div", *parts, class_="menu")

    @cached_property
    def _offers(self) -> Html:
        chosen = Random("brackwell offers").sample(self.items, 12)
        cards = [el("div", picture(i.name, i.number), el("b", f"Week's offer: {i.name}"), el("s", pounds(i.pence + 300)),
                    el("span", pounds(i.pence), class_="price")) for i in chosen]  # fmt: skip
        return el("div", *cards, class_="offers")

    @cached_property
    def _legal(self) -> Html:
        words = self.texts()
        news = form("/do/news", field("news-email", "Offers by e-mail", "email"), button("news-go", "Subscribe"))
        makes = [(f"All from {m}", f"/find?q={m}&in=All+aisles") for m in words["makes"]]
        return el("div", news, links(words["footer"]), links(makes), many("p", words["notes"]), class_="legal")

    def home(self, request: Request, session: Session) -> Html:
        shown = Random("brackwell window").sample(self.items, 45)
        return el("div", el("h1", "Everything for the workbench"), *map(self._tile, shown))

    def _tile(self, i: Item) -> Html:
        stars = "★" * i.stars + "☆" * (5 - i.stars)
        return el("div", picture(i.name, i.number), el("h3", link(i.name, f"/item/{i.number}")), el("span", stars),
                  el("span", pounds(i.pence), class_="price"), el("small", i.aisle), class_="tile")  # fmt: skip

    def aisle(self, request: Request, session: Session) -> Html | None:
        aisles = list(self.texts()["aisles"])
        number = request.number(1, len(aisles))
        if number is None:
            return None
        make, order = request.get("make", "Any make"), request.get("order", ORDERS[0])
        found = [i for i in self.items if i.aisle == aisles[number] and make in ("Any make", i.make)]
        if order in ORDERS[1:]:
            found.sort(key=lambda i: i.pence, reverse=order == ORDERS[2])
        sift = form(
            f"/aisle/{number}",
            choice("make", "Make", ("Any make", *self.texts()["makes"]), chosen=make),
            choice("order", "Sort", ORDERS, chosen=order),
            button("sift", "Apply"),
        )
        return el("div", el("h1", aisles[number]), sift, *map(self._tile, found))

    def find(self, request: Request, session: Session) -> Html:
        query, inside = request.get("q").casefold().split(), request.get("in")
        found = [i for i in self.items if all(w in i.name.casefold() for w in query) and inside in ("All aisles", i.aisle)]
        return el("div", el("h1", f"{len(found)} results for {request.get('q')}"), *map(self._tile, found))

    def item(self, request: Request, session: Session) -> Html | None:
        number, words = request.number(1, len(self.items)), self.texts()
        if number is None:
            return None
        i = self.items[number]
        buy = form(
            "/do/add",
            hidden("item", i.name),
            hidden("back", request.address),
            choice("size", "Size", words["sizes"][i.aisle]),
            choice("amount", "Quantity", AMOUNTS),
            button("add", "Add to basket"),
        )
        tell = form(
            "/do/tell", hidden("item", i.name), hidden("back", request.address),
            field("tell-email", "Tell me when the price drops", "email"), button("tell", "Watch this price"),
        )  # fmt: skip
        stock = [(s, "in stock" if (number + n) % 3 else "two days") for n, s in enumerate(words["stores"])]
        others = [self._tile(o) for o in self.items if o.aisle == i.aisle and o.number != number]
        return el("div", el("h1", i.name), picture(i.name, number), el("p", pounds(i.pence)), buy, tell,
                  table(("Store", "Stock"), stock), many("p", words["notes"]), el("h2", "Compare with"), *others)  # fmt: skip

    def basket(self, request: Request, session: Session) -> Html:
        rows = []
        for n, kept in enumerate(session.kept):
            item, size, amount = kept.split("; ")
            away = form("/do/remove", hidden("item", item), hidden("size", size), hidden("amount", amount),
                        button(f"remove-{n}", f"Remove {item}"))  # fmt: skip
            rows.append((item, size, amount, away))
        more = Random("brackwell more").sample(self.items, 30)
        return el("div", el("h1", "Your basket"), table(("Item", "Size", "Quantity", ""), rows),
                  link("Go to checkout", "/checkout", class_="go"), el("h2", "Often bought together"),
                  *map(self._tile, more))  # fmt: skip

    def checkout(self, request: Request, session: Session) -> Html:
        order = form(
            "/do/collect",
            hidden("back", "/checkout"),
            choice("collect-at", "Collect from", self.texts()["stores"], "store"),
            field("collect-name", "Name for the order", "name"),
            tick("radio", "pay-now", "Pay by card now", "pay", "card", True),
            tick("radio", "pay-later", "Pay at the counter", "pay", "counter"),
            button("collect", "Place order"),
        )
        return el("div", el("h1", "Checkout"), many("p", session.kept), order, many("p", self.texts()["notes"] * 3))

    def stores(self, request: Request, session: Session) -> Html:
        parts = [el("section", picture(s, n), el("h2", s), many("p", self.texts()["notes"]),
                    link(f"Hours and map of {s}", f"/store/{n}")) for n, s in enumerate(self.texts()["stores"])]  # fmt: skip
        return el("div", el("h1", "Stores"), *parts)

    def store(self, request: Request, session: Session) -> Html | None:
        stores = self.texts()["stores"]
        number = request.number(1, len(stores))
        if number is None:
            return None
        services = [(t, f"/store/{number}/{t.split()[0].lower()}") for t in self.texts()["trades"]]
        shown = el("p", f"About: {request.part(2)}" if request.part(2) else "Open from seven to six.")
        return el("div", el("h1", stores[number]), shown, links(services), many("p", self.texts()["notes"] * 4))

    def help(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", request.part(1).capitalize()), many("p", self.texts()["notes"] * 5))

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Thank you for your order"), many("p", session.done[-1:]))

    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._order(dice)
            yield self._two(dice)
            yield self._cheapest(dice)
            yield self._watch(dice)
            yield self._service(dice)
            yield self._dearest(dice)

    def _order(self, dice: Random) -> Errand:
        words, i = self.texts(), dice.choice(self.items)
        size = dice.choice(words["sizes"][i.aisle][1:])
        store, name = dice.choice(words["stores"][1:]), f"{dice.choice(words['given'])} {dice.choice(words['family'])}"
        said = f"Order one '{i.name}' in the size {size} for collection at {store}, in the name of {name}, by card."
        return Errand(said, (
            write("top-q", i.name), click("top-go"), click(f"/item/{i.number}"), pick("size", size),
            click("add"), click("/checkout"), pick("collect-at", store), write("collect-name", name),
            click("collect"),
        ))  # fmt: skip

    def _two(self, dice: Random) -> Errand:
        i, size = dice.choice(self.items), self.texts()["sizes"]
        chosen, amount = dice.choice(size[i.aisle][1:]), dice.choice(AMOUNTS[1:])
        aisle = list(self.texts()["aisles"]).index(i.aisle)
        return Errand(f"Put {amount} of the {i.name} ({chosen}) into the basket.", (
            click(f"/aisle/{aisle}"), click(f"/item/{i.number}"), pick("size", chosen), pick("amount", amount),
            click("add"),
        ))  # fmt: skip

    def _cheapest(self, dice: Random) -> Errand:
        return self._extreme(dice, "cheapest", ORDERS[1])

    def _dearest(self, dice: Random) -> Errand:
        return self._extreme(dice, "most expensive", ORDERS[2])

    def _extreme(self, dice: Random, which: str, order: str) -> Errand:
        aisles = list(self.texts()["aisles"])
        number, make = dice.randrange(len(aisles)), dice.choice(self.texts()["makes"])
        found = [i for i in self.items if (i.aisle, i.make) == (aisles[number], make)]
        best = (max if order == ORDERS[2] else min)(found, key=lambda i: i.pence)
        amount = dice.choice(AMOUNTS[1:])
        return Errand(f"Add {amount} of the {which} thing made by {make} in the aisle {aisles[number]} to the basket, "
                      "in the first size that is offered.", (
            click(f"/aisle/{number}"), pick("make", make), pick("order", order), click("sift"),
            click(f"/item/{best.number}"), pick("amount", amount), click("add"),
        ))  # fmt: skip

    def _watch(self, dice: Random) -> Errand:
        i, email = dice.choice(self.items), f"{dice.choice(self.texts()['given']).lower()}@benchpost.example"
        return Errand(f"Ask to be told at {email} when the {i.name} gets cheaper.", (
            write("top-q", i.name), click("top-go"), click(f"/item/{i.number}"), write("tell-email", email), click("tell"),
        ))  # fmt: skip

    def _service(self, dice: Random) -> Errand:
        words, number = self.texts(), dice.randrange(len(self.texts()["stores"]))
        trade = dice.choice(words["trades"])
        return Errand(f"What does the store {words['stores'][number]} say about {trade.lower()}? Open that page.", (
            click("/stores"), click(f"/store/{number}"), click(f"/store/{number}/{trade.split()[0].lower()}"),
        ))  # fmt: skip


def pounds(pence: int) -> str:
    return f"£{pence // 100}.{pence % 100:02d}"
