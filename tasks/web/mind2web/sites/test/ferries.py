"""Skerryline Ferries: search for a crossing and book it, timetables, ships, alerts, lost property."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import ClassVar
from urllib.parse import quote_plus

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
    joined,
    link,
    links,
    many,
    picture,
    table,
    tick,
)
from ..site import SENT, Deed, Request, Session, Site
from .sailings import DAYS, Sailing, clock, euro, sailings


class FerriesPages(Site):
    name = "skerryline"
    domain = "Travel"
    words = "test/ferries.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "book": Deed(SENT, ("sailing", "cabin", "meal", "name"), optional=("bike",)),
        "alert": Deed(SENT, ("port", "email", "how")),
        "lost": Deed(SENT, ("ship", "item", "name")),
        "mail": Deed(SENT, ("address",)),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.home,
            "sailings": self.results,
            "sailing": self.sailing,
            "timetables": self.timetables,
            "timetable": self.timetable,
            "ships": self.ships,
            "ship": self.ship,
            "alerts": self.alerts,
            "lost": self.lost,
            "ports": self.quays,
            "info": self.info,
            "thanks": self.thanks,
        }

    @cached_property
    def sailings(self) -> tuple[Sailing, ...]:
        return sailings(self.texts())

    def around(self, main: Html, request: Request, session: Session) -> Html:
        deck = el("div", self._side, main, class_="deck")
        return joined(self._head, deck, self._foot)

    @cached_property
    def _head(self) -> Html:
        brand = link("Skerryline Ferries", "/", class_="brand", aria_label="Skerryline home")
        langs = links([("English", "/info/english"), ("Gaelic", "/info/gaelic"), ("Norn", "/info/norn")])
        return el("header", el("div", brand, langs), el("nav", links(self.texts()["menu"])))

    @cached_property
    def _side(self) -> Html:
        words = self.texts()
        quick = form(
            "/sailings",
            el("h3", "Quick search"),
            choice("quick-from", "From", words["ports"], "from"),
            choice("quick-to", "To", words["ports"], "to", words["ports"][1]),
            hidden("day", DAYS[0]),
            button("quick-go", "Today's boats"),
        )
        mail = form(
            "/do/mail",
            el("h3", "Harbour letter"),
            field("letter-email", "E-mail for our letter", "address"),
            button("letter-go", "Sign up"),
        )
        soon = sorted((s for s in self.sailings if s.day == DAYS[0]), key=lambda s: s.leaves)[:40]
        board = [
            (clock(s.leaves), s.start, s.end, s.ship, "on time" if s.number % 7 else "late") for s in soon
        ]
        shown = table(("Leaves", "From", "To", "Ship", ""), board, class_="board")
        return el(
            "aside", quick, el("h3", "At sea"), many("p", words["news"]), mail, el("h3", "Departures"), shown
        )

    @cached_property
    def _foot(self) -> Html:
        words = self.texts()
        ports = links([(f"Harbour office {p}", f"/ports#{p}") for p in words["ports"]])
        ships = links([(s, f"/ship/{n}") for n, s in enumerate(words["ships"])])
        routes = [(f"{a} to {b}", f"/timetable/{i}/{j}") for i, a in enumerate(words["ports"])
                  for j, b in enumerate(words["ports"]) if i < j]  # fmt: skip
        columns = joined(ports, ships, links(words["footer"]), links(routes, class_="routes"))
        return el("footer", columns, el("small", "Skerryline Ferries is a fictional company."))

    def home(self, request: Request, session: Session) -> Html:
        words = self.texts()
        search = form(
            "/sailings",
            el("h1", "Where do you want to sail?"),
            choice("from", "Leaving from", words["ports"]),
            choice("to", "Sailing to", words["ports"], "", words["ports"][1]),
            choice("day", "Day of travel", DAYS),
            button("search", "Find sailings"),
            class_="search",
        )
        cards = [el("article", picture(t, n), el("h3", t[:24] + "..."), el("p", t)) for n, t in
                 enumerate((*words["news"], *words["about"]))]  # fmt: skip
        return el("main", search, el("h2", "Good to know"), *cards)

    def results(self, request: Request, session: Session) -> Html:
        start, end, day = request.get("from"), request.get("to"), request.get("day")
        route = [s for s in self.sailings if (s.start, s.end) == (start, end)]
        found, other = [s for s in route if s.day == day], [s for s in route if s.day != day]
        title = el("h1", f"Sailings from {start} to {end} on {day}")
        again = form(
            "/sailings",
            hidden("from", start),
            hidden("to", end),
            el("span", "Another day?"),
            bare_choice("other-day", DAYS, "day", day, aria_label="Another day"),
            button("change-day", "Show"),
        )
        near = el("h2", "Other days on this route")
        if not found:
            return el("main", title, again, el("p", "There is no sailing on this day."))
        return el("main", title, again, *map(self._card, found), near, *map(self._card, other))

    def _card(self, s: Sailing) -> Html:
        way = f"calls at {s.call}" if s.call else "direct"
        said = (
            f"{s.day}, {clock(s.leaves)}",
            f"arrives {clock(s.leaves + s.minutes)}",
            way,
            s.ship,
            euro(s.price),
        )
        book = link("Choose", f"/sailing/{s.number}", class_="go")
        return el("div", picture(s.ship, s.number), many("span", said), book, class_="card")

    def sailing(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.sailings))
        if number is None:
            return None
        words, s = self.texts(), self.sailings[number]
        facts = [
            ("Ship", s.ship),
            ("Leaves", f"{s.day}, {clock(s.leaves)}"),
            ("Crossing", f"{s.minutes} minutes"),
            ("Calls at", s.call or "none"),
            ("Fare", euro(s.price)),
        ]
        booking = form(
            "/do/book",
            hidden("sailing", str(number)),
            hidden("back", request.address),
            choice("cabin", "Cabin", words["cabins"]),
            choice("meal", "Meal", words["meals"]),
            tick("checkbox", "bike", "I bring a bicycle", "bike", "yes"),
            field("traveller", "Name of the lead passenger", "name"),
            button("book", "Book this sailing"),
            button("hold", "Hold for an hour", name="hold", value="1", formaction="/info/hold"),
        )
        again = self.results(
            Request.to(f"/sailings?from={quote_plus(s.start)}&to={quote_plus(s.end)}&day={s.day}"), session
        )
        return el("main", el("h1", f"{s.start} to {s.end}"), table(("", ""), facts), booking, again)

    def timetables(self, request: Request, session: Session) -> Html:
        ports = self.texts()["ports"]
        rows = [
            (a, *[link(f"{a} - {b}", f"/timetable/{i}/{j}") if a != b else "-" for j, b in enumerate(ports)])
            for i, a in enumerate(ports)
        ]
        return el("main", el("h1", "Timetables by route"), table(("From", *ports), rows))

    def timetable(self, request: Request, session: Session) -> Html | None:
        ports = self.texts()["ports"]
        i, j = request.number(1, len(ports)), request.number(2, len(ports))
        if i is None or j is None:
            return None
        route = [s for s in self.sailings if (s.start, s.end) == (ports[i], ports[j])]
        rows = [(s.day, clock(s.leaves), clock(s.leaves + s.minutes), s.ship, s.call or "direct",
                 link("Book", f"/sailing/{s.number}")) for s in route]  # fmt: skip
        heads = ("Day", "Leaves", "Arrives", "Ship", "Via", "")
        back = link(f"Timetable {ports[j]} - {ports[i]}", f"/timetable/{j}/{i}")
        return el("main", el("h1", f"Timetable {ports[i]} - {ports[j]}"), back, table(heads, rows))

    def ships(self, request: Request, session: Session) -> Html:
        ships = self.texts()["ships"]
        cards = [el("section", picture(s, n), el("h2", s), el("p", self.texts()["about"][n]),
                    link(f"About {s}", f"/ship/{n}")) for n, s in enumerate(ships)]  # fmt: skip
        return el("main", el("h1", "Our ships"), *cards)

    def ship(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["ships"]))
        if number is None:
            return None
        inside = links([(f"{k} plan", f"/ship/{number}/{k.lower().replace(' ', '-')}") for k in
                        ("Car deck", "Cabin deck", "Sun deck", "Galley menu")])  # fmt: skip
        shown = el("p", request.part(2).replace("-", " ") or "Choose a plan.")
        trips = [s for s in self.sailings if s.ship == words["ships"][number]][:60]
        rows = [(s.day, clock(s.leaves), s.start, s.end, link("Book", f"/sailing/{s.number}")) for s in trips]
        return el(
            "main",
            el("h1", words["ships"][number]),
            inside,
            shown,
            table(("Day", "Leaves", "From", "To", ""), rows),
        )

    def alerts(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/alert",
            hidden("back", "/alerts"),
            choice("alert-port", "Port to watch", words["ports"], "port"),
            field("alert-email", "Send alerts to", "email"),
            tick("radio", "how-each", "At once", "how", "at once", True),
            tick("radio", "how-daily", "One message a day", "how", "daily"),
            tick("radio", "how-weekly", "One message a week", "how", "weekly"),
            button("alert-go", "Switch alerts on"),
        )
        return el("main", el("h1", "Travel alerts"), many("p", words["news"] * 3), ask)

    def lost(self, request: Request, session: Session) -> Html:
        words = self.texts()
        report = form(
            "/do/lost",
            hidden("back", "/lost"),
            choice("lost-ship", "On which ship?", words["ships"], "ship"),
            field("lost-item", "What did you lose?", "item"),
            field("lost-name", "Your name", "name"),
            area("lost-remarks", "Anything else", "remarks"),
            button("lost-go", "Report it"),
        )
        found = [(f"{d}", s, w) for d in DAYS for s in words["ships"] for w in words["lost"]]
        return el(
            "main",
            el("h1", "Lost property"),
            report,
            el("h2", "Handed in"),
            table(("Day", "Ship", "Item"), found),
        )

    def quays(self, request: Request, session: Session) -> Html:
        words = self.texts()
        parts = [
            el(
                "section",
                el("h2", p),
                many("p", words["about"]),
                link(f"Boats from {p}", f"/timetable/{n}/0"),
                id=p,
            )
            for n, p in enumerate(words["ports"])
        ]
        return el("main", el("h1", "On the quay"), *parts)

    def info(self, request: Request, session: Session) -> Html:
        return el("main", el("h1", request.part(1).capitalize()), many("p", self.texts()["about"] * 4))

    def thanks(self, request: Request, session: Session) -> Html:
        said = el("p", f"We have noted: {session.done[-1] if session.done else 'nothing yet'}.")
        return el("main", el("h1", "Thank you"), said, many("p", self.texts()["about"]))
