"""Ostwick Trams: a journey planner, tickets and passes, stops, works, lost things, penalty fares."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from ..markup import Html, bare_choice, button, choice, el, field, form, hidden, joined, link, links, many, table, tick
from ..site import KEPT, ORDERED, SENT, Deed, Errand, Move, Request, Session, Site, click, pick, write

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


class Tram(Site):
    name = "ostwick-trams"
    domain = "Travel"
    words = "test/tram.toml"
    style = (
        "html{font:16px/1.4 'Trebuchet MS'}body{margin:0;display:grid;grid-template-columns:14em auto}"
        ".rail{background:#7a1020;color:#fff;padding:1em}.rail a{color:#ffd;display:block;padding:.3em 0}"
        ".stage{padding:1.5em}.leg{display:flex;gap:2em;border-left:6px solid #7a1020;padding:.5em 1em;margin:.6em 0}"
        ".cookies{grid-column:1/3;background:#000;color:#fff;padding:1em}.tail{grid-column:1/3;background:#eee}"
    )
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
        words, dice, found = self.texts(), Random("ostwick rides"), []
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
        quick = form("/about/search", el("input", type="text", id="rail-q", name="q", value="", aria_label="Find a page"),
                     button("rail-go", "Find"))  # fmt: skip
        return joined(el("h2", "Ostwick Trams"), *[link(t, a) for t, a in words["menu"]], quick, el("h3", "Next trams"), board)

    @cached_property
    def _tail(self) -> Html:
        words = self.texts()
        stops = [(f"Stop {s}", f"/stop/{n}") for n, s in enumerate(words["stops"])]
        lines = [(f"{line} on the map", f"/about/map-{n}") for n, line in enumerate(words["lines"])]
        watch = form(
            "/do/watch", bare_choice("watch-stop", words["stops"], "stop", aria_label="Stop to watch"),
            field("watch-email", "E-mail", "email"), button("watch-go", "Send me changes"),
        )  # fmt: skip
        return el("div", links(stops), links(lines), links(words["footer"]), watch, many("p", words["notes"] * 2), class_="tail")

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
        grid = [(a, *[f"{abs(i - j) * 6 + 4} min" for j in range(len(words["stops"]))]) for i, a in enumerate(words["stops"])]
        return joined(el("h1", "Plan a journey"), ask, many("p", words["notes"]), el("h2", "How long it takes"),
                      table(("", *words["stops"]), grid))  # fmt: skip

    def _found(self, start: str, end: str, after: str, direct: bool) -> list[Ride]:
        least = int(after[:2]) * 60 if after in HOURS else 0
        return [r for r in self.rides if (r.start, r.end) == (start, end) and r.leaves >= least
                and not (direct and r.changes)]  # fmt: skip

    def rides_page(self, request: Request, session: Session) -> Html:
        start, end, after = request.get("from"), request.get("to"), request.get("after")
        found = self._found(start, end, after, request.get("direct") == "yes")
        return joined(el("h1", f"{start} to {end}, after {after}"), *map(self._leg, found[:60]), link("Plan another", "/"))

    def _leg(self, r: Ride) -> Html:
        changes = "direct" if not r.changes else f"{r.changes} change{'s' * (r.changes > 1)}"
        facts = (clock(r.leaves), clock(r.leaves + r.minutes), f"{r.minutes} min", changes, r.line)
        return el("div", many("span", facts), link(f"Ticket for {clock(r.leaves)}", f"/ride/{r.number}"), class_="leg")

    def ride(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.rides))
        if number is None:
            return None
        r, words = self.rides[number], self.texts()
        buy = form(
            "/do/ride", hidden("ride", str(number)), hidden("back", request.address),
            choice("fare", "Passenger", words["fares"]), field("name", "Name on the ticket"), button("buy", "Buy ticket"),
        )  # fmt: skip
        near = [self._leg(o) for o in self.rides if (o.start, o.end) == (r.start, r.end)]
        return joined(el("h1", f"{r.start} to {r.end} at {clock(r.leaves)}"), buy, el("h2", "Other journeys"), *near)

    def tickets(self, request: Request, session: Session) -> Html:
        words = self.texts()
        buy = form(
            "/do/add", hidden("back", "/tickets"), choice("ticket", "Ticket", words["tickets"]),
            choice("zone", "Area", words["zones"]), choice("fare", "Passenger", words["fares"]), button("add", "Into the cart"),
        )  # fmt: skip
        prices = [(t, z, f, f"{(i + 1) * (j + 2) * 3 - k}.50") for i, t in enumerate(words["tickets"])
                  for j, z in enumerate(words["zones"]) for k, f in enumerate(words["fares"])]  # fmt: skip
        return joined(el("h1", "Tickets and passes"), buy, table(("Ticket", "Area", "Passenger", "Price"), prices))

    def cart(self, request: Request, session: Session) -> Html:
        pay = form(
            "/do/pay", hidden("back", "/cart"), field("pay-name", "Name", "name"),
            tick("radio", "by-phone", "Ticket on my phone", "send", "phone"),
            tick("radio", "by-post", "Ticket by post", "send", "post"), button("pay", "Pay"),
        )  # fmt: skip
        return joined(el("h1", "Your cart"), many("p", session.kept), pay, many("p", self.texts()["notes"] * 2))

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
        times = [(h, *[f":{(m * 12 + n + (shown or 0) * 3) % 60:02d}" for m in range(5)]) for n, h in enumerate(HOURS * 3)]
        name = words["stops"][number]
        return joined(el("h1", name if shown is None else f"{name}: {words['lines'][shown]}"), links(lines),
                      table(("Hour", "", "", "", "", ""), times))  # fmt: skip

    def works(self, request: Request, session: Session) -> Html:
        return joined(el("h1", "Works and diversions"), many("p", self.texts()["notes"] * 4))

    def found(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/found", hidden("back", "/found"), choice("on-line", "Line", words["lines"], "line"),
            field("thing", "What you lost"), field("owner", "Your name", "name"), button("claim", "Send search request"),
        )  # fmt: skip
        shelf = [(t, line, f"shelf {i}{j}") for i, t in enumerate(words["things"]) for j, line in enumerate(words["lines"])]
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

    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._quickest(dice)
            yield self._pass(dice)
            yield self._appeal(dice)
            yield self._departures(dice)
            yield self._direct(dice)
            yield self._claim(dice)

    def _asked(self, start: str, end: str, after: str, *more: Move) -> tuple[Move, ...]:
        first = self.texts()["stops"][0]
        ends = [pick(k, stop) for k, stop in (("start", start), ("end", end)) if stop != first]
        return (*ends, pick("after", after), *more, click("plan"))

    def _quickest(self, dice: Random) -> Errand:
        words, after = self.texts(), dice.choice(HOURS[4:])
        start, end = dice.sample(words["stops"], 2)
        found = sorted((r.minutes, r.number) for r in self._found(start, end, after, False))
        if len(found) < 2 or found[0][0] == found[1][0]:
            return self._quickest(dice)
        fare, name = dice.choice(words["fares"][1:]), dice.choice(words["people"])
        said = f"Buy a {fare.lower()} ticket in the name of {name} for the quickest journey from {start} to {end} after {after}."
        return Errand(said, (
            *self._asked(start, end, after), click(f"/ride/{found[0][1]}"), pick("fare", fare), write("name", name), click("buy"),
        ))  # fmt: skip

    def _direct(self, dice: Random) -> Errand:
        words, after = self.texts(), dice.choice(HOURS[1:6])
        start, end = dice.sample(words["stops"], 2)
        first = self._found(start, end, after, True)[0]
        said = f"Search for journeys without changes from {start} to {end} after {after} and open the ticket page of the first one."
        return Errand(said, (*self._asked(start, end, after, click("direct")), click(f"/ride/{first.number}")))

    def _pass(self, dice: Random) -> Errand:
        words = self.texts()
        ticket, zone, fare = (dice.choice(words[k][1:]) for k in ("tickets", "zones", "fares"))
        name, (way, said) = dice.choice(words["people"]), dice.choice([("by-post", "by post"), ("by-phone", "on the phone")])
        return Errand(f"Buy for {name}, who travels as {fare.lower()}: {ticket}, {zone}. The ticket is wanted {said}.", (
            click("/tickets"), pick("ticket", ticket), pick("zone", zone), pick("fare", fare), click("add"),
            write("pay-name", name), click(way), click("pay"),
        ))  # fmt: skip

    def _appeal(self, dice: Random) -> Errand:
        notice = f"PF{dice.randint(100000, 999999)}"
        why, said = dice.choice([("why-machine", "the machine was broken"), ("why-pass", "the pass was at home"),
                                 ("why-zone", "the zone had not been left")])  # fmt: skip
        return Errand(f"Appeal against the penalty notice {notice}, because {said}.", (
            click("/penalty"), write("notice", notice), click(why), click("appeal"),
        ))  # fmt: skip

    def _departures(self, dice: Random) -> Errand:
        words = self.texts()
        stop, line = dice.randrange(len(words["stops"])), dice.randrange(len(words["lines"]))
        return Errand(f"Open the departures of the {words['lines'][line]} at the stop {words['stops'][stop]}.", (
            click("/stops"), click(f"/stop/{stop}"), click(f"/stop/{stop}/{line}"),
        ))  # fmt: skip

    def _claim(self, dice: Random) -> Errand:
        words = self.texts()
        line, thing, name = dice.choice(words["lines"][1:]), dice.choice(words["things"]), dice.choice(words["people"])
        return Errand(f"{name} left a {thing} in a tram of the {line}. Send a search request that says just '{thing}'.", (
            click("/found"), pick("on-line", line), write("thing", thing), write("owner", name), click("claim"),
        ))  # fmt: skip


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02d}.{minutes % 60:02d}"
