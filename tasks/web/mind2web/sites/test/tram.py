"""Ostwick Trams: a journey planner, tickets and passes, stops, works, lost things, penalty fares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

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
    table,
    tick,
)
from ..site import KEPT, ORDERED, SENT, Deed, Request, Session, Site

HOURS = tuple(f"{hour:02d}:00" for hour in range(6, 22, 2))


@dataclass(frozen=True, slots=True)
class Ride:
    number: int
    start: str
    end: str
    leaves: int
    minutes: int
    changes: int
    line: str


class TramPages(Site):
    name = "ostwick-trams"
    domain = "Travel"
    words = "test/tram.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "ride": Deed(SENT, ("ride", "fare", "name")),
        "add": Deed(KEPT, ("ticket", "zone", "fare"), "/cart"),
        "pay": Deed(ORDERED, ("name", "send")),
        "found": Deed(SENT, ("line", "thing", "name")),
        "penalty": Deed(SENT, ("notice", "reason")),
        "watch": Deed(SENT, ("stop", "email")),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.plan,
            "rides": self.rides_page,
            "ride": self.ride,
            "tickets": self.tickets,
            "cart": self.cart,
            "stops": self.stops,
            "stop": self.stop,
            "works": self.works,
            "found": self.found,
            "penalty": self.penalty,
            "about": self.about,
            "thanks": self.thanks,
        }

    @cached_property
    def rides(self) -> tuple[Ride, ...]:
        words, dice, found = self.texts(), Random("ostwick rides"), list[Ride]()
        pairs = [(a, b) for a in words["stops"] for b in words["stops"] if a != b]
        for start, end in pairs:
            for leaves in range(360, 1320, 30):
                minutes, changes = dice.randint(9, 58), dice.choice((0, 0, 1, 2))
                found.append(Ride(len(found), start, end, leaves + dice.randrange(0, 25, 2), minutes, changes,
                                  dice.choice(words["lines"][:3])))  # fmt: skip
        return tuple(found)

    def around(self, main: Html, request: Request, session: Session) -> Html:
        cart = link(f"Tickets in cart: {len(session.kept)}", "/cart")
        return joined(el("div", self._rail, cart, class_="rail"), el("div", main, class_="stage"), self._tail)

    @cached_property
    def _rail(self) -> Html:
        words = self.texts()
        board = table(("Line", "To", "In"), [(line, stop, f"{(n * 7 + m * 3) % 19 + 1} min") for n, line in
                      enumerate(words["lines"]) for m, stop in enumerate(words["stops"])])  # fmt: skip
        quick = form(
            "/about/search",
            el("input", type="text", id="rail-q", name="q", value="", aria_label="Find a page"),
            button("rail-go", "Find"),
        )
        return joined(
            el("h2", "Ostwick Trams"),
            *[link(t, a) for t, a in words["menu"]],
            quick,
            el("h3", "Next trams"),
            board,
        )

    @cached_property
    def _tail(self) -> Html:
        words = self.texts()
        stops = [(f"Stop {s}", f"/stop/{n}") for n, s in enumerate(words["stops"])]
        lines = [(f"{line} on the map", f"/about/map-{n}") for n, line in enumerate(words["lines"])]
        ends = [(stop, line, clock(271 + 3 * n + k), clock(1391 + 2 * n - 5 * k), clock(361 + n))
                for n, stop in enumerate(words["stops"])
                for k, line in enumerate(words["lines"])]  # fmt: skip
        watch = form(
            "/do/watch", bare_choice("watch-stop", words["stops"], "stop", aria_label="Stop to watch"),
            field("watch-email", "E-mail", "email"), button("watch-go", "Send me changes"),
        )  # fmt: skip
        return el(
            "div",
            links(stops),
            links(lines),
            links(words["footer"]),
            watch,
            el("h3", "First and last trams"),
            table(("Stop", "Line", "First", "Last", "Sundays from"), ends),
            many("p", words["notes"] * 2),
            class_="tail",
        )

    def plan(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/rides",
            choice("start", "Start", words["stops"], "from"),
            choice("end", "End", words["stops"], "to"),
            choice("after", "After", HOURS),
            tick("checkbox", "direct", "Without changes only", "direct", "yes"),
            button("plan", "Plan journey"),
        )
        grid = [
            (a, *[f"{abs(i - j) * 6 + 4} min" for j in range(len(words["stops"]))])
            for i, a in enumerate(words["stops"])
        ]
        return joined(
            el("h1", "Plan a journey"),
            ask,
            many("p", words["notes"]),
            el("h2", "How long it takes"),
            table(("", *words["stops"]), grid),
        )

    def _found(self, start: str, end: str, after: str, direct: bool) -> list[Ride]:
        least = int(after[:2]) * 60 if after in HOURS else 0
        return [r for r in self.rides if (r.start, r.end) == (start, end) and r.leaves >= least
                and not (direct and r.changes)]  # fmt: skip

    def rides_page(self, request: Request, session: Session) -> Html:
        start, end, after = request.get("from"), request.get("to"), request.get("after")
        found = self._found(start, end, after, request.get("direct") == "yes")
        return joined(
            el("h1", f"{start} to {end}, after {after}"),
            *map(self._leg, found[:60]),
            link("Plan another", "/"),
        )

    def _leg(self, r: Ride) -> Html:
        changes = "direct" if not r.changes else f"{r.changes} change{'s' * (r.changes > 1)}"
        facts = (clock(r.leaves), clock(r.leaves + r.minutes), f"{r.minutes} min", changes, r.line)
        return el(
            "div",
            many("span", facts),
            link(f"Ticket for {clock(r.leaves)}", f"/ride/{r.number}"),
            class_="leg",
        )

    def ride(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.rides))
        if number is None:
            return None
        r, words = self.rides[number], self.texts()
        buy = form(
            "/do/ride",
            hidden("ride", str(number)),
            hidden("back", request.address),
            choice("fare", "Passenger", words["fares"]),
            field("name", "Name on the ticket"),
            button("buy", "Buy ticket"),
        )
        near = [self._leg(o) for o in self.rides if (o.start, o.end) == (r.start, r.end)]
        return joined(
            el("h1", f"{r.start} to {r.end} at {clock(r.leaves)}"), buy, el("h2", "Other journeys"), *near
        )

    def tickets(self, request: Request, session: Session) -> Html:
        words = self.texts()
        buy = form(
            "/do/add",
            hidden("back", "/tickets"),
            choice("ticket", "Ticket", words["tickets"]),
            choice("zone", "Area", words["zones"]),
            choice("fare", "Passenger", words["fares"]),
            button("add", "Into the cart"),
        )
        prices = [(t, z, f, f"{(i + 1) * (j + 2) * 3 - k}.50") for i, t in enumerate(words["tickets"])
                  for j, z in enumerate(words["zones"]) for k, f in enumerate(words["fares"])]  # fmt: skip
        return joined(
            el("h1", "Tickets and passes"), buy, table(("Ticket", "Area", "Passenger", "Price"), prices)
        )

    def cart(self, request: Request, session: Session) -> Html:
        pay = form(
            "/do/pay", hidden("back", "/cart"), field("pay-name", "Name", "name"),
            tick("radio", "by-phone", "Ticket on my phone", "send", "phone"),
            tick("radio", "by-post", "Ticket by post", "send", "post"), button("pay", "Pay"),
        )  # fmt: skip
        return joined(
            el("h1", "Your cart"), many("p", session.kept), pay, many("p", self.texts()["notes"] * 2)
        )

    def stops(self, request: Request, session: Session) -> Html:
        rows = [(link(s, f"/stop/{n}"), *["yes" if (n + k) % 3 else "no" for k in range(4)]) for n, s in
                enumerate(self.texts()["stops"])]  # fmt: skip
        return joined(el("h1", "Stops"), table(("Stop", "Lift", "Toilet", "Ticket hall", "Bike rack"), rows))

    def stop(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["stops"]))
        if number is None:
            return None
        lines = [(f"Departures of {line}", f"/stop/{number}/{n}") for n, line in enumerate(words["lines"])]
        shown = request.number(2, len(words["lines"]))
        times = [
            (h, *[f":{(m * 12 + n + (shown or 0) * 3) % 60:02d}" for m in range(5)])
            for n, h in enumerate(HOURS * 3)
        ]
        name = words["stops"][number]
        return joined(el("h1", name if shown is None else f"{name}: {words['lines'][shown]}"), links(lines),
                      table(("Hour", "", "", "", "", ""), times))  # fmt: skip

    def works(self, request: Request, session: Session) -> Html:
        return joined(el("h1", "Works and diversions"), many("p", self.texts()["notes"] * 4))

    def found(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/found",
            hidden("back", "/found"),
            choice("on-line", "Line", words["lines"], "line"),
            field("thing", "What you lost"),
            field("owner", "Your name", "name"),
            button("claim", "Send search request"),
        )
        shelf = [
            (t, line, f"shelf {i}{j}")
            for i, t in enumerate(words["things"])
            for j, line in enumerate(words["lines"])
        ]
        return joined(el("h1", "Found and lost"), ask, table(("Thing", "Line", "Kept at"), shelf * 2))

    def penalty(self, request: Request, session: Session) -> Html:
        ask = form(
            "/do/penalty", hidden("back", "/penalty"), field("notice", "Number of the notice"),
            tick("radio", "why-machine", "The machine was broken", "reason", "machine"),
            tick("radio", "why-pass", "I had a pass at home", "reason", "pass"),
            tick("radio", "why-zone", "I was still in my zone", "reason", "zone"), button("appeal", "Appeal"),
        )  # fmt: skip
        return joined(el("h1", "Penalty fares"), many("p", self.texts()["notes"] * 3), ask)

    def about(self, request: Request, session: Session) -> Html:
        return joined(el("h1", request.part(1).capitalize()), many("p", self.texts()["notes"] * 4))

    def thanks(self, request: Request, session: Session) -> Html:
        return joined(el("h1", "All done"), many("p", session.done[-1:]))


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}.{minutes % 60:02d}"
