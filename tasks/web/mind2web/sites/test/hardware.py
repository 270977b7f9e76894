"""Brackwell & Daughters: aisles and search, items with sizes, a basket, collection in a store."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar
from urllib.parse import quote_plus

from ..markup import (
    Html,
    bare_choice,
    button,
    choice,
    el,
    field,
    form,
    hidden,
    joined,
    link,
    links,
    many,
    picture,
    table,
    tick,
)
from ..site import DROPPED, KEPT, ORDERED, SENT, Deed, Request, Session, Site

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


class HardwarePages(Site):
    name = "brackwell"
    domain = "Shopping"
    words = "test/hardware.toml"
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
        words, dice, found = self.texts(), Random("brackwell stock"), list[Item]()
        for aisle, names in words["aisles"].items():
            prices = dice.sample(range(190, 14900, 5), len(names) * len(words["makes"]))
            for name in names:
                for make in words["makes"]:
                    number = len(found)
                    found.append(
                        Item(number, f"{make} {name.lower()}", aisle, make, prices.pop(), dice.randint(1, 5))
                    )
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
        cards = [
            el(
                "div",
                picture(i.name, i.number),
                el("b", f"Week's offer: {i.name}"),
                el("s", pounds(i.pence + 300)),
                el("span", pounds(i.pence), class_="price"),
            )
            for i in chosen
        ]
        return el("div", *cards, class_="offers")

    @cached_property
    def _legal(self) -> Html:
        words = self.texts()
        news = form(
            "/do/news", field("news-email", "Offers by e-mail", "email"), button("news-go", "Subscribe")
        )
        makes = [(f"All from {m}", f"/find?q={m}&in=All+aisles") for m in words["makes"]]
        sizes = [(f"{n / 2:g}", f"{1.5 + n * 0.17:.1f}", f"{1.8 + n * 0.18:.1f}", f"{1 + n * 0.1:.1f}",
                  f"{1.2 + n * 0.12:.1f}", ("yellow", "red", "brown", "blue")[n // 8])
                 for n in range(2, 32)]  # fmt: skip
        return el(
            "div", news, links(words["footer"]), links(makes), el("h4", "Drill sizes for screws (mm)"),
            table(("Gauge", "Shank", "Clearance", "Pilot, softwood", "Pilot, hardwood", "Plug"), sizes),
            many("p", words["notes"]), class_="legal",
        )  # fmt: skip

    def home(self, request: Request, session: Session) -> Html:
        shown = Random("brackwell window").sample(self.items, 45)
        return el("div", el("h1", "Everything for the workbench"), *map(self._tile, shown))

    def _tile(self, i: Item) -> Html:
        stars = "★" * i.stars + "☆" * (5 - i.stars)
        return el(
            "div",
            picture(i.name, i.number),
            el("h3", link(i.name, f"/item/{i.number}")),
            el("span", stars),
            el("span", pounds(i.pence), class_="price"),
            el("small", i.aisle),
            class_="tile",
        )

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
        found = [
            i
            for i in self.items
            if all(w in i.name.casefold() for w in query) and inside in ("All aisles", i.aisle)
        ]
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
        return el(
            "div",
            el("h1", i.name),
            picture(i.name, number),
            el("p", pounds(i.pence)),
            buy,
            tell,
            table(("Store", "Stock"), stock),
            many("p", words["notes"]),
            el("h2", "Compare with"),
            *others,
        )

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
        return el(
            "div", el("h1", "Checkout"), many("p", session.kept), order, many("p", self.texts()["notes"] * 3)
        )

    def stores(self, request: Request, session: Session) -> Html:
        parts = [
            el(
                "section",
                picture(s, n),
                el("h2", s),
                many("p", self.texts()["notes"]),
                link(f"Hours and map of {s}", f"/store/{n}"),
            )
            for n, s in enumerate(self.texts()["stores"])
        ]
        return el("div", el("h1", "Stores"), *parts)

    def store(self, request: Request, session: Session) -> Html | None:
        stores = self.texts()["stores"]
        number = request.number(1, len(stores))
        if number is None:
            return None
        services = [(t, f"/store/{number}/{t.split()[0].lower()}") for t in self.texts()["trades"]]
        shown = el("p", f"About: {request.part(2)}" if request.part(2) else "Open from seven to six.")
        return el(
            "div", el("h1", stores[number]), shown, links(services), many("p", self.texts()["notes"] * 4)
        )

    def help(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", request.part(1).capitalize()), many("p", self.texts()["notes"] * 5))

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Thank you for your order"), many("p", session.done[-1:]))


def pounds(pence: int) -> str:
    return f"£{pence // 100}.{pence % 100:02d}"
