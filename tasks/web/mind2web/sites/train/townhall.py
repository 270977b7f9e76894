"""Holmwick Town Hall: appointments, permits, reports from the street, petitions, copies, refuse days."""

from collections.abc import Callable, Mapping
from functools import cached_property
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
    table,
    tick,
)
from ..site import DROPPED, KEPT, ORDERED, SENT, Deed, Request, Session, Site
from .counters import DATES, Slot, slots

ZONES = ("Zone N", "Zone E", "Zone S", "Zone W")
SPANS = ("three months", "six months", "twelve months")
BINS = ("Paper", "Compost", "Glass", "Residual")


class TownHallPages(Site):
    name = "holmwick"
    domain = "Government"
    words = "train/townhall.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "come": Deed(SENT, ("matter", "slot", "citizen"), optional=("interpreter",)),
        "defect": Deed(SENT, ("what", "street", "hurry", "detail")),
        "permit": Deed(SENT, ("zone", "plate", "span", "citizen")),
        "sign": Deed(SENT, ("petition", "citizen"), optional=("hidden_name",)),
        "copy": Deed(KEPT, ("record", "year"), "/folder"),
        "drop": Deed(DROPPED, ("record", "year"), "/folder"),
        "send": Deed(ORDERED, ("citizen", "street", "stamp")),
        "dog": Deed(SENT, ("dog", "breed", "citizen")),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.hall,
            "matters": self.matters,
            "matter": self.matter,
            "slot": self.slot,
            "defects": self.defects,
            "permits": self.permits,
            "petitions": self.petitions,
            "petition": self.petition,
            "records": self.records,
            "folder": self.folder,
            "refuse": self.refuse,
            "street": self.street,
            "dogs": self.dogs,
            "notice": self.notice,
            "thanks": self.thanks,
        }

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        return slots(self.texts())

    def around(self, main: Html, request: Request, session: Session) -> Html:
        folder = link(f"Folder with {len(session.kept)} copies", "/folder")
        left = el("div", self._side, el("p", folder), class_="left")
        return joined(
            self._arms, el("div", left, el("div", main, class_="desk"), class_="halls"), self._cornice
        )

    @cached_property
    def _arms(self) -> Html:
        seek = form(
            "/notice/search",
            el("input", type="text", id="seek-all", name="q", value="", aria_label="Search Holmwick"),
            button("seek-all-go", "Seek"),
        )
        sizes = links([("Larger type", "/notice/larger"), ("Plain language", "/notice/plain")])
        return el("div", link("Town of Holmwick", "/", class_="arms"), seek, sizes, class_="top")

    @cached_property
    def _side(self) -> Html:
        words = self.texts()
        parts = [joined(el("h4", head), links(inside)) for head, inside in words["sections"].items()]
        return joined(*parts)

    @cached_property
    def _cornice(self) -> Html:
        words = self.texts()
        council = [(c, words["wards"][n % len(words["wards"])], words["seats"][n % len(words["seats"])],
                    f"0{n * 7 % 9 + 1}1 {n * 613 % 9000 + 1000}", f"{n % 12 + 1} pm") for n, c in
                   enumerate(words["councillors"])]  # fmt: skip
        diary = [(f"{n % 28 + 1} March", words["boards"][n % len(words["boards"])], f"Room {n * 3 % 17 + 1}",
                  f"{n % 5 + 14}:15", "public" if n % 3 else "closed") for n in range(40)]  # fmt: skip
        counts = [(w, *[f"{(n + 3) * (k + 7) * 131 % 9000 + 800}" for k in range(6)]) for n, w in
                  enumerate(words["wards"])]  # fmt: skip
        heads = ("Ward", "Homes", "Voters", "Under 18", "Over 65", "Dogs", "Trees")
        return el(
            "div",
            el("h4", "Your council"),
            table(("Member", "Ward", "Seat", "Telephone", "Hour"), council),
            el("h4", "Diary"),
            table(("Day", "Board", "Where", "Time", ""), diary),
            el("h4", "Wards in numbers"),
            table(heads, counts),
            links(words["footer"]),
            many("p", words["bylaws"]),
            el("p", "Holmwick is on no map."),
            class_="cornice",
        )

    def hall(self, request: Request, session: Session) -> Html:
        words = self.texts()
        news = [el("article", el("h3", h), el("time", f"{n + 2} March"), el("p", words["bylaws"][n]))
                for n, h in enumerate(words["headlines"])]  # fmt: skip
        return joined(el("h1", "What brings you to the town hall?"), *news)

    def matters(self, request: Request, session: Session) -> Html:
        words = self.texts()
        rows = [
            (
                link(m, f"/matter/{n}"),
                f"Counter {n % 5 + 1}",
                f"{n * 7 % 40 + 10} minutes",
                f"{n * 9 % 60} crowns",
            )
            for n, m in enumerate(words["matters"])
        ]
        return joined(el("h1", "Come to a counter"), table(("Matter", "Where", "Takes", "Fee"), rows))

    def of(self, matter: int) -> list[Slot]:
        """The free times for a matter, in order."""
        return [s for s in self.slots if s.matter == matter]

    def matter(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["matters"]))
        if number is None:
            return None
        branch = request.get("office", "Any office")
        free = [s for s in self.of(number) if branch in ("Any office", s.office)]
        rows = [(s.date, s.time, s.office, link(f"{s.date} {s.time}", f"/slot/{s.number}")) for s in free]
        sift = form(
            f"/matter/{number}",
            choice("office", "Office", ("Any office", *words["offices"]), chosen=branch),
            button("there", "Only there"),
        )
        bring = many("li", words["papers"][: 3 + number % 4])
        return joined(el("h1", words["matters"][number]), el("h2", "Bring along"), el("ul", bring), sift,
                      table(("Date", "Time", "Office", ""), rows))  # fmt: skip

    def slot(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.slots))
        if number is None:
            return None
        s = self.slots[number]
        come = form(
            "/do/come",
            hidden("matter", self.texts()["matters"][s.matter]),
            hidden("slot", f"{s.date} {s.time} {s.office}"),
            hidden("back", request.address),
            field("citizen", "Full name"),
            tick("checkbox", "interpreter", "An interpreter is needed", "interpreter", "yes"),
            button("come", "I shall come"),
        )
        return joined(
            el("h1", f"{self.texts()['matters'][s.matter]}, {s.date}, {s.time}"), el("p", s.office), come
        )

    def defects(self, request: Request, session: Session) -> Html:
        words = self.texts()
        hurry = [tick("radio", f"hurry-{n}", h, "hurry", h) for n, h in enumerate(words["hurries"])]
        tell = form(
            "/do/defect", hidden("back", "/defects"), choice("what", "What is wrong?", words["defects"]),
            choice("in-street", "In which street?", words["streets"], "street"), *hurry,
            area("detail", "Describe it"), button("tell-us", "Tell the works yard"),
        )  # fmt: skip
        known = [(d, s, "mended" if (n + k) % 3 else "in hand") for n, d in enumerate(words["defects"])
                 for k, s in enumerate(words["streets"][n::5])]  # fmt: skip
        return joined(el("h1", "Something broken?"), tell, table(("What", "Where", ""), known))

    def permits(self, request: Request, session: Session) -> Html:
        spans = [tick("radio", f"span-{n}", s, "span", s) for n, s in enumerate(SPANS)]
        apply = form(
            "/do/permit", hidden("back", "/permits"), choice("zone", "Residents' zone", ZONES),
            field("plate", "Number plate"), *spans, field("permit-name", "Keeper of the car", "citizen"),
            button("apply", "Apply for the permit"),
        )  # fmt: skip
        return joined(el("h1", "Parking as a resident"), apply, many("p", self.texts()["bylaws"]))

    def petitions(self, request: Request, session: Session) -> Html:
        rows = [(link(p, f"/petition/{n}"), str(n * 331 % 900 + 12), f"{n + 9} April") for n, p in
                enumerate(self.texts()["petitions"])]  # fmt: skip
        return joined(el("h1", "Petitions"), table(("Petition", "Signatures", "Open until"), rows))

    def petition(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["petitions"]))
        if number is None:
            return None
        sign = form(
            "/do/sign", hidden("petition", words["petitions"][number]), hidden("back", request.address),
            field("signer", "Signed", "citizen"), button("sign", "Add my signature"),
            tick("checkbox", "no-name", "Do not print my name", "hidden_name", "yes"),
        )  # fmt: skip
        return joined(el("h1", words["petitions"][number]), many("p", words["bylaws"][number % 4 :]), sign)

    def records(self, request: Request, session: Session) -> Html:
        words = self.texts()
        copy = form(
            "/do/copy",
            hidden("back", "/records"),
            choice("record", "Register", words["registers"]),
            choice("year", "Year", [str(y) for y in range(1950, 2025)]),
            button("copy", "Put a copy into the folder"),
        )
        return joined(el("h1", "Copies from the registers"), copy, many("p", words["bylaws"]))

    def folder(self, request: Request, session: Session) -> Html:
        words, rows = self.texts(), []
        for n, kept in enumerate(session.kept):
            record, year = kept.split("; ")
            drop = form(
                "/do/drop",
                hidden("record", record),
                hidden("year", year),
                button(f"drop-{n}", f"Drop {record}"),
            )
            rows.append((record, year, drop))
        stamps = [tick("radio", f"stamp-{n}", s, "stamp", s) for n, s in enumerate(words["stamps"])]
        send = form(
            "/do/send", hidden("back", "/folder"), field("to-name", "Send to", "citizen"),
            bare_choice("to-street", words["streets"], "street", aria_label="Street"), *stamps,
            button("send", "Order the copies"),
        )  # fmt: skip
        return joined(el("h1", "Folder"), table(("Register", "Year", ""), rows), send)

    def refuse(self, request: Request, session: Session) -> Html:
        streets = self.texts()["streets"]
        return joined(
            el("h1", "When is it collected?"), links([(s, f"/street/{n}") for n, s in enumerate(streets)])
        )

    def street(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["streets"]))
        if number is None:
            return None
        bins = [(f"{b} in {words['streets'][number]}", f"/street/{number}/{b.lower()}") for b in BINS]
        shown = request.part(2)
        days = [(d, b) for n, d in enumerate(DATES) for k, b in enumerate(BINS)
                if (n + k + number) % 3 == 0 and shown in ("", b.lower())]  # fmt: skip
        return joined(el("h1", words["streets"][number]), links(bins), table(("Day", "Bin"), days))

    def dogs(self, request: Request, session: Session) -> Html:
        words = self.texts()
        tell = form(
            "/do/dog",
            hidden("back", "/dogs"),
            field("dog", "Name of the dog"),
            choice("breed", "Breed", words["breeds"]),
            field("owner", "Name of its human", "citizen"),
            button("dog-go", "Enter into the dog book"),
        )
        return joined(el("h1", "The dog book"), tell, many("p", words["bylaws"]))

    def notice(self, request: Request, session: Session) -> Html:
        return joined(
            el("h1", request.part(1).replace("-", " ").capitalize()), many("p", self.texts()["bylaws"] * 2)
        )

    def thanks(self, request: Request, session: Session) -> Html:
        return joined(el("h1", "Stamped and filed"), many("p", session.done[-1:]))
