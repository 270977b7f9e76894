"""Tarnside Clinic: appointments with doctors, repeat prescriptions, ward visits, feedback."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from ..markup import (
    Html,
    area,
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

DAYS = ("Mon 3 June", "Tue 4 June", "Wed 5 June", "Thu 6 June", "Fri 7 June")
HOURS = ("08:30", "09:15", "10:00", "10:45", "11:30", "13:00", "13:45", "14:30", "15:15", "16:00")


@dataclass(frozen=True, slots=True)
class Doctor:
    number: int
    name: str
    department: int
    languages: tuple[str, ...]
    free: tuple[tuple[int, int], ...]
    """Day and hour of each free appointment, in order."""


class ClinicPages(Site):
    name = "tarnside"
    domain = "Health"
    words = "test/clinic.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "appointment": Deed(SENT, ("doctor", "slot", "patient", "visit"), optional=("wheelchair",)),
        "prescription": Deed(SENT, ("medicine", "boxes", "chemist", "patient")),
        "visit": Deed(SENT, ("ward", "day", "visitor")),
        "feedback": Deed(SENT, ("department", "rating", "text")),
        "callback": Deed(SENT, ("phone",)),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.home,
            "departments": self.departments,
            "department": self.department,
            "doctors": self.doctors_page,
            "doctor": self.doctor,
            "slot": self.slot,
            "prescription": self.prescription,
            "wards": self.wards,
            "feedback": self.feedback,
            "read": self.read,
            "thanks": self.thanks,
        }

    @cached_property
    def doctors(self) -> tuple[Doctor, ...]:
        words, dice, found = self.texts(), Random("tarnside doctors"), []
        for number, name in enumerate(words["doctors"]):
            free = sorted((d, h) for d in range(len(DAYS)) for h in dice.sample(range(len(HOURS)), 4))
            spoken = ("English", *sorted(dice.sample(words["languages"][1:], 2)))
            called = f"{words['titles'][number % 3 == 0]} {name}"
            found.append(Doctor(number, called, number % 6, spoken, tuple(free)))
        return tuple(found)

    def around(self, main: Html, request: Request, session: Session) -> Html:
        crumbs = el(
            "p", link("Start", "/"), *[f" / {p}" for p in request.path.split("/") if p], class_="crumbs"
        )
        return joined(self._bar, crumbs, el("article", main), self._base)

    @cached_property
    def _bar(self) -> Html:
        words = self.texts()
        found = form(
            "/read/search",
            el("input", type="text", id="site-search", name="q", value="", aria_label="Search Tarnside"),
            button("site-search-go", "Go"),
        )
        return el(
            "div", link("Tarnside Clinic", "/"), *[link(t, a) for t, a in words["menu"]], found, class_="bar"
        )

    @cached_property
    def _base(self) -> Html:
        words = self.texts()
        answers = [
            joined(el("dt", q), el("dd", f"{words['advice'][n]} {words['advice'][-n - 1]}"))
            for n, q in enumerate(words["questions"])
        ]
        ring = form(
            "/do/callback", field("ring-me", "Call me back on", "phone"), button("ring-go", "Ask for a call")
        )
        hours = [(d, *[f"{8 + n % 3}:00 - {16 + (n + k) % 4}:00" for k in range(len(DAYS))])
                 for n, d in enumerate((*words["departments"], *words["wards"]))]  # fmt: skip
        illnesses = [(f"{i}: what helps, and when to come", f"/read/{i.lower().replace(' ', '-')}")
                     for i in words["illnesses"]]  # fmt: skip
        rooms = [(d.name, *[f"{'ABC'[n % 3]}{(d.number * 7 + n) % 40 + 101}" for n in range(len(DAYS))])
                 for d in self.doctors]  # fmt: skip
        return el(
            "div",
            el("h2", "Questions that we are often asked"),
            el("dl", *answers),
            ring,
            links(words["footer"]),
            table(("Open", *DAYS), hours),
            el("h2", "Illnesses from A to Z"),
            links(illnesses, class_="index"),
            el("h2", "Rooms this week"),
            table(("Doctor", *DAYS), rooms),
            el("small", "Tarnside is a fictional clinic."),
            class_="base",
        )

    def home(self, request: Request, session: Session) -> Html:
        words = self.texts()
        cards = [
            el(
                "div",
                picture(d, n),
                el("h3", d),
                el("p", words["advice"][n]),
                link(f"More about the {d.lower()}", f"/department/{n}"),
                class_="card",
            )
            for n, d in enumerate(words["departments"])
        ]
        return el("div", el("h1", "Good care by the lake"), *cards, many("p", words["advice"] * 2))

    def departments(self, request: Request, session: Session) -> Html:
        rows = [(link(d, f"/department/{n}"), ", ".join(o.name for o in self.doctors if o.department == n),
                 self.texts()["advice"][n]) for n, d in enumerate(self.texts()["departments"])]  # fmt: skip
        return el("div", el("h1", "Departments"), table(("Department", "Doctors", "Please note"), rows))

    def department(self, request: Request, session: Session) -> Html | None:
        words = self.texts()
        number = request.number(1, len(words["departments"]))
        if number is None:
            return None
        people = [self._card(d) for d in self.doctors if d.department == number]
        return el("div", el("h1", words["departments"][number]), *people, many("p", words["advice"] * 3))

    def _card(self, d: Doctor) -> Html:
        first = d.free[0]
        return el(
            "div",
            picture(d.name, d.number),
            el("h3", d.name),
            el("p", "Speaks " + ", ".join(d.languages)),
            el("p", f"First free: {DAYS[first[0]]}, {HOURS[first[1]]}"),
            link(f"Appointments with {d.name}", f"/doctor/{d.number}"),
            class_="card",
        )

    def doctors_page(self, request: Request, session: Session) -> Html:
        words, spoken = self.texts(), request.get("language", "Any language")
        sift = form(
            "/doctors",
            choice("language", "Language", ("Any language", *words["languages"]), chosen=spoken),
            choice("of", "Department", ("All departments", *words["departments"]), chosen=request.get("of")),
            button("sift", "Filter doctors"),
        )
        of = request.get("of", "All departments")
        people = [d for d in self.doctors if spoken in ("Any language", *d.languages)
                  and of in ("All departments", words["departments"][d.department])]  # fmt: skip
        return el("div", el("h1", "Our doctors"), sift, *map(self._card, people))

    def doctor(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.doctors))
        if number is None:
            return None
        d = self.doctors[number]
        days = []
        for day, name in enumerate(DAYS):
            free = [link(HOURS[h], f"/slot/{number}/{n}", class_="slot", aria_label=f"{name} at {HOURS[h]}")
                    for n, (on, h) in enumerate(d.free) if on == day]  # fmt: skip
            taken = [el("span", h, class_="slot") for n, h in enumerate(HOURS) if (day, n) not in d.free]
            days.append(joined(el("h3", name), *free, el("span", "Taken:"), *taken))
        others = [self._card(o) for o in self.doctors if o.department == d.department and o != d]
        return el(
            "div", el("h1", d.name), *days, el("h2", "Colleagues"), *others, many("p", self.texts()["advice"])
        )

    def slot(self, request: Request, session: Session) -> Html | None:
        number = request.number(1, len(self.doctors))
        if number is None or (n := request.number(2, len(self.doctors[number].free))) is None:
            return None
        doctor = self.doctors[number]
        day, hour = doctor.free[n]
        ask = form(
            "/do/appointment",
            hidden("doctor", doctor.name),
            hidden("slot", f"{DAYS[day]} {HOURS[hour]}"),
            hidden("back", request.address),
            field("patient", "Name of the patient"),
            tick("radio", "visit-first", "First visit", "visit", "first"),
            tick("radio", "visit-again", "Follow-up", "visit", "follow-up"),
            tick("checkbox", "wheelchair", "I use a wheelchair", "wheelchair", "yes"),
            area("complaint", "What is it about?"),
            button("confirm", "Confirm appointment"),
        )
        return el(
            "div",
            el("h1", f"{doctor.name}, {DAYS[day]} at {HOURS[hour]}"),
            ask,
            many("p", self.texts()["advice"] * 3),
        )

    def prescription(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/prescription",
            hidden("back", "/prescription"),
            choice("medicine", "Medicine", words["medicines"]),
            choice("boxes", "Boxes", ("1", "2", "3")),
            choice("chemist", "Collect at", words["chemists"]),
            field("for", "Patient", "patient"),
            button("renew", "Send request"),
        )
        stock = [
            (m, c, d, "in stock" if (i + j * k) % 4 else "ordered")
            for i, m in enumerate(words["medicines"])
            for j, c in enumerate(words["chemists"])
            for k, d in enumerate(DAYS)
        ]
        return el(
            "div", el("h1", "Repeat prescription"), ask, table(("Medicine", "Chemist", "Day", ""), stock)
        )

    def wards(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/visit",
            hidden("back", "/wards"),
            choice("ward", "Ward", words["wards"]),
            choice("visit-day", "Day", DAYS, "day"),
            field("visitor", "Name of the visitor"),
            button("announce", "Announce visit"),
        )
        return el("div", el("h1", "Visiting a ward"), ask, many("p", words["advice"] * 4))

    def feedback(self, request: Request, session: Session) -> Html:
        rate = [
            tick("radio", f"rate-{n}", word, "rating", word)
            for n, word in enumerate(("Poor", "Fair", "Good", "Excellent"))
        ]
        ask = form(
            "/do/feedback",
            hidden("back", "/feedback"),
            choice("about", "Department", self.texts()["departments"], "department"),
            *rate,
            area("words", "Your words", "text"),
            button("give", "Send feedback"),
        )
        return el("div", el("h1", "Give feedback"), many("p", self.texts()["advice"] * 3), ask)

    def read(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", request.part(1).capitalize()), many("p", self.texts()["advice"] * 4))

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Received"), many("p", session.done[-1:]))
