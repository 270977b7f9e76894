"""Garnet Playhouse: a season of plays, seats by row, a gift shop with a trolley, schools, guided tours."""

from collections.abc import Callable, Mapping
from functools import cached_property
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
    picture,
    table,
    tick,
)
from ..site import DROPPED, KEPT, ORDERED, SENT, Deed, Request, Session, Site
from .plays import Evening, Play, evenings, plays

ROWS = tuple("ABCDEFGHJK")
SEATS = ("one seat", "two seats", "three seats", "four seats", "six seats")
STAGES = ("Any stage", "Great stage", "Cellar", "Courtyard")


class TheatrePages(Site):
    name = "garnet-playhouse"
    domain = "Entertainment"
    words = "train/theatre.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "seats": Deed(SENT, ("evening", "row", "seats", "holder"), optional=("programme",)),
        "put": Deed(KEPT, ("gift", "variant"), "/trolley"),
        "out": Deed(DROPPED, ("gift", "variant"), "/trolley"),
        "gifts": Deed(ORDERED, ("receiver", "wrap")),
        "school": Deed(SENT, ("school", "class", "play")),
        "tour": Deed(SENT, ("tour", "date", "language", "holder")),
        "remind": Deed(SENT, ("play", "email")),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.season,
            "plays": self.plays_page,
            "play": self.play,
            "evening": self.evening,
            "gifts": self.gifts,
            "gift": self.gift,
            "trolley": self.trolley,
            "till": self.till,
            "schools": self.schools,
            "tours": self.tours,
            "house": self.house,
            "thanks": self.thanks,
        }

    @cached_property
    def plays(self) -> tuple[Play, ...]:
        return plays(self.texts(), STAGES[1:])

    @cached_property
    def evenings(self) -> tuple[Evening, ...]:
        return evenings(self.plays)

    def of(self, play: int) -> list[Evening]:
        """The evenings of a play, in order."""
        return [e for e in self.evenings if e.play == play]

    def around(self, main: Html, request: Request, session: Session) -> Html:
        trolley = link(f"Trolley: {len(session.kept)} gifts", "/trolley", class_="trolley")
        return el("div", self._curtain, trolley, el("div", main, class_="stage"), self._foyer, class_="house")

    @cached_property
    def _curtain(self) -> Html:
        seek = form(
            "/plays",
            el("input", type="text", id="seek", name="q", value="", aria_label="Find a play or an actor"),
            button("seek-go", "Look up"),
        )
        return el(
            "div",
            el("strong", link("Garnet Playhouse", "/")),
            links(self.texts()["menu"]),
            seek,
            class_="curtain",
        )

    @cached_property
    def _foyer(self) -> Html:
        words = self.texts()
        month = sorted(self.evenings, key=lambda e: (int(e.date.split()[0]), e.begins, e.number))
        rows = [(e.date, e.begins, self.plays[e.play].title, self.plays[e.play].stage, pounds(e.price),
                 "few left" if e.number % 5 == 0 else "on sale") for e in month]  # fmt: skip
        people = [(a, f"/house/{a.lower().replace(' ', '-')}") for a in words["actors"]]
        remind = form(
            "/do/remind",
            bare_choice("remind-play", words["plays"], "play", aria_label="Play to be reminded of"),
            field("remind-email", "Remind me at", "email"),
            button("remind-go", "Remind me"),
        )
        return el(
            "div",
            el("h5", "The month at a glance"),
            table(("Date", "Begins", "Play", "Stage", "From", ""), rows),
            el("h5", "Our company"),
            links(people),
            remind,
            links(words["footer"]),
            many("p", words["lines"]),
            el("p", "The Garnet Playhouse stands in no real town."),
            class_="foyer",
        )

    def season(self, request: Request, session: Session) -> Html:
        posters = [el("figure", picture(p.title, p.number), el("figcaption", p.title, " by ", p.author),
                      el("p", self.texts()["lines"][p.number % 8])) for p in self.plays]  # fmt: skip
        return joined(el("h1", "This season"), *posters)

    def found(self, query: str, stage: str, kind: str) -> list[Play]:
        words = query.casefold().split()
        return [
            p
            for p in self.plays
            if stage in (STAGES[0], p.stage)
            and kind in ("Any kind", p.kind)
            and all(w in f"{p.title} {p.author} {' '.join(p.cast)}".casefold() for w in words)
        ]

    def plays_page(self, request: Request, session: Session) -> Html:
        stage, kind = request.get("stage", STAGES[0]), request.get("kind", "Any kind")
        sift = form(
            "/plays",
            choice("stage", "Where", STAGES, chosen=stage),
            choice("kind", "Kind of play", ("Any kind", *self.texts()["kinds"]), chosen=kind),
            button("only", "Show only these"),
        )
        found = self.found(request.get("q"), stage, kind)
        return joined(el("h1", f"{len(found)} of {len(self.plays)} plays"), sift, *map(self._bill, found))

    def _bill(self, p: Play) -> Html:
        first, last = self.of(p.number)[0], self.of(p.number)[-1]
        facts = (f"{p.kind} by {p.author}", p.stage, f"{p.minutes} minutes", f"{first.date} to {last.date}")
        return el("article", picture(p.title, p.number), el("h2", link(p.title, f"/play/{p.number}")),
                  many("span", facts), class_="bill")  # fmt: skip

    def play(self, request: Request, session: Session) -> Html | None:
        number, words = request.number(1, len(self.plays)), self.texts()
        if number is None:
            return None
        p = self.plays[number]
        tabs = links(
            [(f"{t} of {p.title}", f"/play/{number}/{t.lower()}") for t in words["tabs"]], class_="tabs"
        )
        if request.part(2):
            told = table(("Role", "Played by"), [(f"Role {n + 1}", a) for n, a in enumerate(p.cast)])
            return joined(el("h1", f"{p.title}: {request.part(2)}"), tabs, told, many("p", words["lines"]))
        nights = [(e.date, e.begins, pounds(e.price), link(f"Seats for {e.date}", f"/evening/{e.number}"))
                  for e in self.of(number)]  # fmt: skip
        return joined(
            el("h1", p.title),
            tabs,
            el("p", f"{p.kind} by {p.author}, {p.stage.lower()}"),
            table(("Date", "Begins", "Row A", ""), nights),
            many("p", words["lines"][:4]),
        )

    def evening(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.evenings))
        if number is None:
            return None
        e = self.evenings[number]
        ask = form(
            "/do/seats",
            hidden("evening", str(number)),
            hidden("back", request.address),
            choice("row", "Row", ROWS),
            choice("seats", "How many", SEATS),
            tick("checkbox", "programme", "Printed programme", "programme", "yes"),
            field("holder", "Tickets in the name of"),
            button("hold", "Take the seats"),
        )
        prices = [(f"Row {r}", pounds(max(600, e.price - 140 * n)), f"{(number * 3 + n) % 14} free")
                  for n, r in enumerate(ROWS)]  # fmt: skip
        title = f"{self.plays[e.play].title}, {e.date}, {e.begins}"
        return joined(el("h1", title), ask, table(("Row", "Seat", ""), prices))

    def gifts(self, request: Request, session: Session) -> Html:
        tiles = [el("li", picture(g, n), link(g, f"/gift/{n}"), el("span", pounds(450 + 335 * n))) for n, g in
                 enumerate(self.texts()["gifts"])]  # fmt: skip
        return joined(el("h1", "Gift shop"), el("ul", *tiles))

    def gift(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["gifts"]))
        if number is None:
            return None
        put = form(
            "/do/put", hidden("gift", words["gifts"][number]), hidden("back", request.address),
            choice("variant", "Variant", words["variants"]), button("put", "Into the trolley"),
        )  # fmt: skip
        return joined(
            el("h1", words["gifts"][number]), picture("", number), put, many("p", words["lines"][:3])
        )

    def trolley(self, request: Request, session: Session) -> Html:
        rows = []
        for n, kept in enumerate(session.kept):
            gift, variant = kept.split("; ")
            out = form(
                "/do/out",
                hidden("gift", gift),
                hidden("variant", variant),
                button(f"out-{n}", f"Put back {gift}"),
            )
            rows.append((gift, variant, out))
        return joined(el("h1", "Trolley"), table(("Gift", "Variant", ""), rows), link("To the till", "/till"),
                      link("Back to the shelves", "/gifts"))  # fmt: skip

    def till(self, request: Request, session: Session) -> Html:
        pay = form(
            "/do/gifts",
            hidden("back", "/till"),
            field("receiver", "Whom is it for?"),
            tick("radio", "wrap-plain", "Brown paper", "wrap", "plain"),
            tick("radio", "wrap-red", "Red velvet bag", "wrap", "velvet"),
            button("pay-gifts", "Order the gifts"),
        )
        return joined(el("h1", "Till"), many("p", session.kept), pay)

    def schools(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/school", hidden("back", "/schools"), choice("class", "Age", words["classes"]),
            choice("school-play", "Play", words["plays"], "play"), field("school", "School"),
            button("school-go", "Invite us"),
        )  # fmt: skip
        return joined(el("h1", "The Playhouse in your school"), ask, many("p", words["lines"]))

    def tours(self, request: Request, session: Session) -> Html:
        words = self.texts()
        spoken = [tick("radio", f"tour-in-{n}", t, "language", t) for n, t in enumerate(words["tongues"])]
        ask = form(
            "/do/tour", hidden("back", "/tours"), choice("tour", "Tour", words["tours"]),
            choice("tour-date", "Date", [f"{d} November" for d in range(3, 29, 5)], "date"), *spoken,
            field("tour-holder", "Name of the group", "holder"), button("tour-go", "Come along"),
        )  # fmt: skip
        return joined(el("h1", "Behind the curtain"), ask, many("p", words["lines"]))

    def house(self, request: Request, session: Session) -> Html:
        return joined(
            el("h1", request.part(1).replace("-", " ").title()), many("p", self.texts()["lines"] * 2)
        )

    def thanks(self, request: Request, session: Session) -> Html:
        return joined(el("h1", "Bravo"), many("p", session.done[-1:]), many("p", self.texts()["lines"][:2]))


def pounds(pence: int) -> str:
    return f"{pence // 100}.{pence % 100:02d} pounds"
