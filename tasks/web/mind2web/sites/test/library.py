"""Hallbeck Libraries: search the catalogue, place holds, book a study room, suggest a title."""

from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
from typing import ClassVar

from ..markup import (
    Html,
    area,
    bare_choice,
    button,
    choice,
    el,
    field,
    form,
    hidden,
    link,
    links,
    many,
    picture,
    table,
    tick,
)
from ..site import SENT, Deed, Request, Session, Site
from .books import Book, books

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
ORDERS = ("Best match", "Newest first", "Oldest first", "Author A-Z")


class LibraryPages(Site):
    name = "hallbeck"
    domain = "Service"
    words = "test/library.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "hold": Deed(SENT, ("book", "card", "branch")),
        "room": Deed(SENT, ("room", "day", "hours", "reader")),
        "suggest": Deed(SENT, ("title", "author", "format")),
        "ask": Deed(SENT, ("question",)),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.home,
            "search": self.search,
            "shelves": self.shelves,
            "book": self.book,
            "branches": self.branches,
            "branch": self.branch,
            "rooms": self.rooms,
            "suggest": self.suggest,
            "account": self.account,
            "page": self.page,
            "thanks": self.thanks,
        }

    @cached_property
    def books(self) -> tuple[Book, ...]:
        return books(self.texts())

    def around(self, main: Html, request: Request, session: Session) -> Html:
        return el("div", self._top, main, self._end, class_="page")

    @cached_property
    def _top(self) -> Html:
        words = self.texts()
        site_search = form(
            "/page/found",
            el("input", type="text", id="site-q", name="q", value="", aria_label="Search this website"),
            button("site-go", "Search website"),
            role="search",
        )
        return el(
            "div",
            link("Hallbeck Libraries", "/"),
            site_search,
            links(words["menu"], class_="tabs"),
            class_="top",
        )

    @cached_property
    def _end(self) -> Html:
        words = self.texts()
        new = [
            (f"{b.title} ({b.form})", f"/book/{b.number}")
            for b in sorted(self.books, key=lambda b: -b.year)[:24]
        ]
        index = [(f"{k} by {a}", f"/search?author={a.replace(' ', '+')}&kind={k}") for a in words["authors"]
                 for k in words["kinds"]]  # fmt: skip
        ask = form(
            "/do/ask", field("ask-us", "Ask a librarian", "question"), button("ask-go", "Send question")
        )
        events = [(d, f"{9 + n}:30", e, words["branches"][(n + k) % len(words["branches"])])
                  for n, d in enumerate(DAYS) for k, e in enumerate(words["events"])]  # fmt: skip
        open_ = [(b, *["10-18" if (n + d) % 4 else "closed" for d in range(6)])
                 for n, b in enumerate(words["branches"])]  # fmt: skip
        return el(
            "div", el("h4", "New on the shelves"), links(new), table(("Branch", *DAYS), open_),
            table(("Day", "From", "What is on", "Where"), events), ask,
            links(words["footer"]), links(index, class_="index"), many("p", words["notes"]), class_="end",
        )  # fmt: skip

    def home(self, request: Request, session: Session) -> Html:
        words = self.texts()
        loved = Random("hallbeck loved").sample(self.books, 18)
        tiles = [
            el(
                "figure",
                picture(b.title, b.number),
                el(
                    "figcaption",
                    link(b.title, f"/book/{b.number}"),
                    " ",
                    b.author,
                    el("span", b.form, class_="badge"),
                ),
            )
            for b in loved
        ]
        return el(
            "div",
            el("h1", "What would you like to read?"),
            self._asks("", ""),
            el("h2", "Readers loved"),
            *tiles,
            el("h2", "From the desk"),
            many("p", words["notes"]),
        )

    def _asks(self, query: str, author: str) -> Html:
        words = self.texts()
        return form(
            "/search",
            field("q", "Words in the title", value=query),
            choice("author", "Author", ("Anyone", *words["authors"]), chosen=author),
            choice("format", "Format", ("Any", *words["forms"])),
            button("find", "Search catalogue"),
        )

    def _hits(self, request: Request) -> list[Book]:
        query = request.get("q").casefold().split()
        author, form_, kind = (
            request.get("author", "Anyone"),
            request.get("format", "Any"),
            request.get("kind", "Any"),
        )
        found = [
            b
            for b in self.books
            if all(w in b.title.casefold().split() for w in query)
            and author in ("Anyone", b.author)
            and form_ in ("Any", b.form)
            and kind in ("Any", b.kind)
        ]
        order = request.get("order", ORDERS[0])
        if order in ORDERS[1:3]:
            return sorted(found, key=lambda b: (-b.year if order == ORDERS[1] else b.year, b.number))
        return sorted(found, key=lambda b: b.author) if order == ORDERS[3] else found

    def search(self, request: Request, session: Session) -> Html:
        words, found = self.texts(), self._hits(request)
        kept = [hidden(n, request.get(n)) for n in ("q", "author") if request.get(n)]
        facets = form(
            "/search",
            *kept,
            choice("by-format", "Format", ("Any", *words["forms"]), "format", request.get("format")),
            choice("by-kind", "Subject", ("Any", *words["kinds"]), "kind", request.get("kind")),
            bare_choice("by-order", ORDERS, "order", request.get("order"), aria_label="Sort by"),
            button("refine", "Refine"),
            class_="facets",
        )
        hits = el("div", el("h1", f"{len(found)} titles"), *map(self._hit, found), class_="hits")
        return el("div", self._asks(request.get("q"), request.get("author")), facets, hits)

    def _hit(self, b: Book) -> Html:
        words = self.texts()
        stock = "on the shelf" if b.free else "on loan"
        return el(
            "div",
            picture(b.title, b.number),
            el("h3", link(b.title, f"/book/{b.number}")),
            el("p", f"{b.author}, {b.year}"),
            el("span", b.form, class_="badge"),
            el("span", b.kind, class_="badge"),
            el("p", words["blurbs"][b.number % 10]),
            el("small", f"{b.branch}: {stock}"),
            class_="hit",
        )

    def shelves(self, request: Request, session: Session) -> Html:
        rows = [
            (link(b.title, f"/book/{b.number}"), b.author, b.kind, b.form, str(b.year)) for b in self.books
        ]
        return el(
            "div", el("h1", "All shelves"), table(("Title", "Author", "Subject", "Format", "Year"), rows)
        )

    def book(self, request: Request, session: Session) -> Html | None:
        number, words = request.number(1, len(self.books)), self.texts()
        if number is None:
            return None
        b = self.books[number]
        hold = form(
            "/do/hold",
            el("h2", "Place a hold"),
            hidden("book", str(number)),
            hidden("back", request.address),
            field("card", "Library card number"),
            choice("pickup", "Collect at", words["branches"], "branch"),
            button("hold", "Place hold"),
        )
        facts = [
            ("Author", b.author),
            ("Format", b.form),
            ("Subject", b.kind),
            ("Year", str(b.year)),
            ("Home", b.branch),
        ]
        near = [o for o in self.books if o.author == b.author or o.kind == b.kind][:30]
        return el(
            "div",
            el("h1", b.title),
            el("p", words["blurbs"][number % 10]),
            table(("", ""), facts),
            hold,
            el("h2", "You may also like"),
            *map(self._hit, near),
        )

    def branches(self, request: Request, session: Session) -> Html:
        parts = [
            el(
                "section",
                picture(b, n),
                el("h2", b),
                many("p", self.texts()["notes"]),
                link(f"Opening hours of {b}", f"/branch/{n}"),
            )
            for n, b in enumerate(self.texts()["branches"])
        ]
        return el("div", el("h1", "Branches"), *parts)

    def branch(self, request: Request, session: Session) -> Html | None:
        branches = self.texts()["branches"]
        number = request.number(1, len(branches))
        if number is None:
            return None
        days = [(d, link(f"{d} in detail", f"/branch/{number}/{d.lower()}")) for d in DAYS]
        shelf = [self._hit(b) for b in self.books if b.branch == branches[number]]
        shown = el(
            "p", f"{request.part(2)}: doors open at ten, desk staffed from eleven" if request.part(2) else ""
        )
        return el(
            "div", el("h1", branches[number]), shown, table(("Day", ""), days), el("h2", "Kept here"), *shelf
        )

    def rooms(self, request: Request, session: Session) -> Html:
        words = self.texts()
        booking = form(
            "/do/room",
            hidden("back", "/rooms"),
            choice("room", "Room", words["rooms"]),
            choice("room-day", "Day", DAYS, "day"),
            *[tick("radio", f"at-{h.split()[0]}", h, "hours", h) for h in words["hours"]],
            field("reader", "Name of the reader"),
            button("book-room", "Reserve room"),
        )
        plan = [(r, d, h, "taken" if (i * j + k) % 3 else "free") for i, r in enumerate(words["rooms"])
                for j, d in enumerate(DAYS) for k, h in enumerate(words["hours"])]  # fmt: skip
        return el("div", el("h1", "Study rooms"), booking, table(("Room", "Day", "Hours", "State"), plan))

    def suggest(self, request: Request, session: Session) -> Html:
        words = self.texts()
        wish = form(
            "/do/suggest",
            hidden("back", "/suggest"),
            field("wish-title", "Title", "title"),
            field("wish-author", "Author", "author"),
            choice("wish-format", "Format", words["forms"], "format"),
            area("wish-why", "Why should we buy it?", "why"),
            button("wish-go", "Suggest"),
        )
        recent = [(b.title, b.author, b.form, "bought" if b.free else "not bought") for b in self.books[::2]]
        return el(
            "div", el("h1", "Suggest a title"), wish, table(("Title", "Author", "Format", "Decision"), recent)
        )

    def account(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Reader account"), many("p", session.done or ("No holds yet.",)),
                  many("p", self.texts()["notes"] * 3))  # fmt: skip

    def page(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", request.part(1).capitalize()), many("p", self.texts()["notes"] * 5))

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Done"), many("p", session.done[-1:]), many("p", self.texts()["notes"]))
