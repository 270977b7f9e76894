"""Lindenrast Houses: country hotels; rooms by town and night, spa hours, events, questions to a house."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
    joined,
    link,
    links,
    many,
    picture,
    table,
    tick,
)
from ..site import SENT, Deed, Request, Session, Site

NIGHTS = ("1 night", "2 nights", "3 nights", "5 nights", "7 nights")
ARRIVALS = tuple(f"{n} September" for n in range(2, 27, 3))
RANKINGS = ("Recommended", "Lowest rate", "Best rated")
HOURS = ("10 a.m.", "noon", "2 p.m.", "4 p.m.", "6 p.m.")


@dataclass(frozen=True, slots=True)
class House:
    number: int
    name: str
    town: str
    rating: float
    offers: tuple[str, ...]
    rates: tuple[int, ...]
    """A night in each kind of room, in crowns."""


class HotelPages(Site):
    name = "lindenrast"
    domain = "Travel"
    words = "train/hotels.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "stay": Deed(SENT, ("room", "arrival", "nights", "guest"), optional=("breakfast", "cot", "late")),
        "treatment": Deed(SENT, ("house", "treatment", "hour", "guest")),
        "message": Deed(SENT, ("house", "topic", "message")),
        "event": Deed(SENT, ("kind", "guests", "house", "phone")),
        "club": Deed(SENT, ("email",)),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.home,
            "stays": self.stays,
            "house": self.house,
            "room": self.room,
            "houses": self.houses_page,
            "spa": self.spa,
            "write": self.write,
            "events": self.events,
            "guide": self.guide,
            "thanks": self.thanks,
        }

    @cached_property
    def houses(self) -> tuple[House, ...]:
        words, dice, found = self.texts(), Random("lindenrast houses"), list[House]()
        for number, name in enumerate(words["houses"]):
            offers = tuple(sorted(dice.sample(words["offers"], 3)))
            base = dice.randint(58, 140)
            rates = tuple(base + 23 * k + dice.randint(0, 17) for k in range(len(words["rooms"])))
            town = words["towns"][number % len(words["towns"])]
            found.append(House(number, name, town, dice.randint(62, 97) / 10, offers, rates))
        return tuple(found)

    def around(self, main: Html, request: Request, session: Session) -> Html:
        return joined(self._ribbon, el("section", main, class_="sheet"), self._cellar)

    @cached_property
    def _ribbon(self) -> Html:
        words = self.texts()
        crest = link("Lindenrast Houses", "/", class_="crest")
        tongues = links([(t, f"/guide/{t.lower()}") for t in words["tongues"]], class_="tongues")
        club = form(
            "/do/club", field("club-email", "Join the Linden Club", "email"), button("club-go", "Join")
        )
        return el("header", crest, el("nav", links(words["menu"])), tongues, club)

    @cached_property
    def _cellar(self) -> Html:
        words = self.texts()
        rates = [(h.name, h.town, *[f"{r} cr" for r in h.rates]) for h in self.houses]
        ways = [
            (
                h.name,
                f"{words['towns'][h.number % 5]} station",
                f"bus {h.number % 6 + 21}",
                f"{h.number * 5 % 23 + 4} minutes on foot",
                f"0{440 + h.number} {h.number * 733 % 9000 + 1000}",
                f"{47 + h.number / 16:.3f} N, {9 + h.number / 9:.3f} E",
            )
            for h in self.houses
        ]
        free = [
            (h.name, *[str((h.number * 3 + k * 5) % 7) for k in range(len(words["rooms"]))])
            for h in self.houses
        ]
        letters = [el("blockquote", words["letters"][n % len(words["letters"])], el("cite", g)) for n, g in
                   enumerate(words["guests"])]  # fmt: skip
        walks = [(w, f"/guide/{w.lower().replace(' ', '-')}") for w in words["walks"]]
        menu = [
            (day, *[words[c][n * k % len(words[c])] for k, c in enumerate(("soups", "mains", "sweets"), 1)])
            for n, day in enumerate(words["week"])
        ]
        return el(
            "footer",
            el("h2", "What a night costs"), table(("House", "Town", *words["rooms"]), rates),
            el("h2", "Free tonight"), table(("House", *words["rooms"]), free),
            el("h2", "How to reach us"), table(("House", "Train", "Bus", "Walk", "Telephone", "Place"), ways),
            el("h2", "On the table this week"), table(("", "Soup", "Main", "Sweet"), menu),
            el("h2", "Letters to the houses"), *letters, el("h2", "Walks from the door"), links(walks),
            links(words["footer"]), el("small", "Lindenrast is invented, and so are its towns."),
        )  # fmt: skip

    def home(self, request: Request, session: Session) -> Html:
        words = self.texts()
        cards = [el("li", picture(h.name, h.number), el("h3", h.name), el("p", words["notes"][h.number % 8]),
                    el("em", h.town)) for h in self.houses]  # fmt: skip
        return joined(
            el("h1", "Sleep where the road ends"), self._finder(), el("ul", *cards, class_="mosaic")
        )

    def _finder(self, town: str = "", arrival: str = "", nights: str = "") -> Html:
        return form(
            "/stays",
            choice("town", "Town", self.texts()["towns"], chosen=town),
            choice("arrival", "Arriving", ARRIVALS, chosen=arrival),
            choice("nights", "Staying", NIGHTS, chosen=nights),
            button("look", "Show houses"),
            class_="finder",
        )

    def in_town(self, town: str, offer: str = "") -> list[House]:
        return [h for h in self.houses if h.town == town and (not offer or offer in h.offers)]

    def stays(self, request: Request, session: Session) -> Html:
        words = self.texts()
        town, offer, order = request.get("town"), request.get("offer"), request.get("by", RANKINGS[0])
        found = self.in_town(town, "" if offer == "Anything" else offer)
        if order == RANKINGS[1]:
            found.sort(key=lambda h: h.rates[0])
        if order == RANKINGS[2]:
            found.sort(key=lambda h: -h.rating)
        kept = [hidden(k, request.get(k)) for k in ("town", "arrival", "nights")]
        sift = form(
            "/stays",
            *kept,
            choice("offer", "Must offer", ("Anything", *words["offers"]), chosen=offer),
            choice("by", "Order by", RANKINGS, chosen=order),
            button("narrow", "Narrow down"),
        )
        near = [h for h in self.houses if h.town != town][:6]
        return joined(
            el("h1", f"Houses in {town}"),
            self._finder(town, *map(request.get, ("arrival", "nights"))),
            sift,
            *map(self._panel, found),
            el("h2", "A little further away"),
            *[el("p", f"{h.name} in {h.town}, from {h.rates[0]} crowns") for h in near],
        )

    def _panel(self, h: House) -> Html:
        facts = el(
            "dl",
            el("dt", "Guests say"),
            el("dd", f"{h.rating} of 10"),
            el("dt", "Offers"),
            el("dd", ", ".join(h.offers)),
            el("dt", "From"),
            el("dd", f"{h.rates[0]} crowns"),
        )
        return el("div", picture(h.name, h.number), el("h3", h.name), facts,
                  link(f"Rooms at {h.name}", f"/house/{h.number}"), class_="panel")  # fmt: skip

    def house(self, request: Request, session: Session) -> Html | None:
        number, words = request.number(1, len(self.houses)), self.texts()
        if number is None:
            return None
        h = self.houses[number]
        if (shown := request.part(2)) and shown in {p.lower() for p in words["sights"]}:
            return joined(el("h1", f"{shown.capitalize()} at {h.name}"), many("p", words["notes"] * 2))
        rooms = [(el("b", kind), picture(kind, number + k), f"{h.rates[k]} crowns a night", words["notes"][k],
                  link(f"Take the {kind.lower()}", f"/room/{number}/{k}")) for k, kind in
                 enumerate(words["rooms"])]  # fmt: skip
        sights = [(f"{p} of the house", f"/house/{number}/{p.lower()}") for p in words["sights"]]
        return joined(el("h1", h.name), el("p", f"{h.town}. {', '.join(h.offers)}."), links(sights),
                      table(("Room", "", "Rate", "About", ""), rooms), many("p", words["notes"]))  # fmt: skip

    def room(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number, kind = request.number(1, len(self.houses)), request.number(2, len(words["rooms"]))
        if number is None or kind is None:
            return None
        h = self.houses[number]
        take = form(
            "/do/stay",
            hidden("room", f"{h.name}, {words['rooms'][kind]}"),
            hidden("back", request.address),
            choice("from-day", "First day", ARRIVALS, "arrival"),
            choice("how-long", "Length of stay", NIGHTS, "nights"),
            tick("checkbox", "breakfast", "Breakfast basket", "breakfast", "yes"),
            tick("checkbox", "cot", "Cot for a baby", "cot", "yes"),
            tick("checkbox", "late", "We arrive after nine", "late", "yes"),
            field("guest", "Guest"),
            area("wishes", "Wishes"),
            button("take", "Request this room"),
        )
        calendar = [(d, *["free" if (n * 5 + k + number) % 4 else "full" for k in range(4)])
                    for n, d in enumerate(ARRIVALS)]  # fmt: skip
        return joined(el("h1", f"{words['rooms'][kind]}, {h.name}"), take,
                      table(("Day", "1", "2", "3", "4"), calendar), many("p", words["notes"]))  # fmt: skip

    def houses_page(self, request: Request, session: Session) -> Html:
        return joined(el("h1", "All houses"), *map(self._panel, self.houses))

    def spa(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/treatment",
            hidden("back", "/spa"),
            choice("spa-house", "At", [h.name for h in self.houses], "house"),
            choice("treatment", "What", words["treatments"]),
            choice("hour", "When", HOURS),
            field("spa-guest", "For", "guest"),
            button("spa-go", "Put me down"),
        )
        costs = [(t, n, f"{(i + 3) * m} cr") for i, t in enumerate(words["treatments"])
                 for n, m in (("half an hour", 6), ("an hour", 11))]  # fmt: skip
        return joined(el("h1", "Bath house"), ask, table(("Treatment", "Time", "Price"), costs))

    def write(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/message",
            hidden("back", "/write"),
            choice("to", "To", [h.name for h in self.houses], "house"),
            choice("topic", "About", words["topics"]),
            area("message", "Your message"),
            button("post", "Post it"),
        )
        return joined(el("h1", "Write to a house"), many("p", words["notes"]), ask)

    def events(self, request: Request, session: Session) -> Html:
        words = self.texts()
        kinds = [tick("radio", f"kind-{n}", k, "kind", k) for n, k in enumerate(words["events"])]
        ask = form(
            "/do/event",
            hidden("back", "/events"),
            *kinds,
            field("guests", "How many people?"),
            bare_choice(
                "event-house", [h.name for h in self.houses], "house", aria_label="House for the event"
            ),
            field("phone", "Telephone"),
            button("offer-go", "Ask for an offer"),
        )
        halls = [
            (h.name, f"{20 + h.number * 7 % 90} seats", f"{h.number % 3 + 1} halls") for h in self.houses
        ]
        return joined(el("h1", "Feasts and meetings"), ask, table(("House", "Largest hall", "Halls"), halls))

    def guide(self, request: Request, session: Session) -> Html:
        return joined(
            el("h1", request.part(1).replace("-", " ").capitalize()), many("p", self.texts()["notes"] * 3)
        )

    def thanks(self, request: Request, session: Session) -> Html:
        return joined(
            el("h1", "It is noted"), many("p", session.done[-1:]), many("p", self.texts()["notes"][:3])
        )
