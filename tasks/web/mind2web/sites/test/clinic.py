"""Tarnside Clinic: appointments with doctors, repeat prescriptions, ward visits, feedback."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import ClassVar

from ..markup import Html, area, button, choice, el, field, form, hidden, joined, link, links, many, picture
from ..markup import table, tick
from ..site import SENT, Deed, Errand, Request, Session, Site, click, pick, write

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


class Clinic(Site):
    name = "tarnside"
    domain = "Health"
    words = "test/clinic.toml"
    style = (
        ":root{--blue:#004b87}body{font-family:system-ui;margin:0;line-height:1.6}.bar{background:var(--blue)}"
        ".bar a{color:#fff;display:inline-block;padding:12px}.crumbs{font-size:.8em;padding:0 2em}article{padding:1em 2em}"
        ".slot{display:inline-block;border:1px solid var(--blue);padding:2px 8px;margin:3px}.cookies{padding:1em 2em;"
        "background:#fffbe0}.card{box-shadow:0 1px 4px #999;padding:1em;margin:1em 0}.base{background:#eee;padding:2em}"
    )
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
        crumbs = el("p", link("Start", "/"), *[f" / {p}" for p in request.path.split("/") if p], class_="crumbs")
        return joined(self._bar, crumbs, el("article", main), self._base)

    @cached_property
    def _bar(self) -> Html:
        words = self.texts()
        found = form(
            "/read/search",
            el("input", type="text", id="site-search", name="q", value="", aria_label="Search Tarnside"),
            button("site-search-go", "Go"),
        )
        return el("div", link("Tarnside Clinic", "/"), *[link(t, a) for t, a in words["menu"]], found, class_="bar")

    @cached_property
    def _base(self) -> Html:
        words = self.texts()
        answers = [joined(el("dt", q), el("dd", f"{words['advice'][n]} {words['advice'][-n - 1]}")) for n, q in
                   enumerate(words["questions"])]  # fmt: skip
        ring = form("/do/callback", field("ring-me", "Call me back on", "phone"), button("ring-go", "Ask for a call"))
        hours = [(d, *[f"{8 + n % 3}:00 - {16 + (n + k) % 4}:00" for k in range(len(DAYS))])
                 for n, d in enumerate((*words["departments"], *words["wards"]))]  # fmt: skip
        return el("div", el("h2", "Questions that we are often asked"), el("dl", *answers), ring, links(words["footer"]),
                  table(("Open", *DAYS), hours), el("small", "Tarnside is a fictional clinic."), class_="base")  # fmt: skip

    def home(self, request: Request, session: Session) -> Html:
        words = self.texts()
        cards = [el("div", picture(d, n), el("h3", d), el("p", words["advice"][n]), link(f"More about the {d.lower()}",
                    f"/department/{n}"), class_="card") for n, d in enumerate(words["departments"])]  # fmt: skip
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
        return el("div", picture(d.name, d.number), el("h3", d.name), el("p", "Speaks " + ", ".join(d.languages)),
                  el("p", f"First free: {DAYS[first[0]]}, {HOURS[first[1]]}"),
                  link(f"Appointments with {d.name}", f"/doctor/{d.number}"), class_="card")  # fmt: skip

    def doctors_page(self, request: Request, session: Session) -> Html:
        words, spoken = self.texts(), request.get("language", "Any language")
        sift = form("/doctors", choice("language", "Language", ("Any language", *words["languages"]), chosen=spoken),
                    choice("of", "Department", ("All departments", *words["departments"]), chosen=request.get("of")),
                    button("sift", "Filter doctors"))  # fmt: skip
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
        return el("div", el("h1", d.name), *days, el("h2", "Colleagues"), *others, many("p", self.texts()["advice"]))

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
        return el("div", el("h1", f"{doctor.name}, {DAYS[day]} at {HOURS[hour]}"), ask, many("p", self.texts()["advice"] * 3))

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
        stock = [(m, c, d, "in stock" if (i + j * k) % 4 else "ordered") for i, m in enumerate(words["medicines"])
                 for j, c in enumerate(words["chemists"]) for k, d in enumerate(DAYS)]  # fmt: skip
        return el("div", el("h1", "Repeat prescription"), ask, table(("Medicine", "Chemist", "Day", ""), stock))

    def wards(self, request: Request, session: Session) -> Html:
        words = self.texts()
        ask = form(
            "/do/visit", hidden("back", "/wards"), choice("ward", "Ward", words["wards"]), choice("visit-day", "Day", DAYS, "day"),
            field("visitor", "Name of the visitor"), button("announce", "Announce visit"),
        )  # fmt: skip
        return el("div", el("h1", "Visiting a ward"), ask, many("p", words["advice"] * 4))

    def feedback(self, request: Request, session: Session) -> Html:
        rate = [tick("radio", f"rate-{n}", word, "rating", word) for n, word in enumerate(("Poor", "Fair", "Good", "Excellent"))]
        ask = form(
            "/do/feedback", hidden("back", "/feedback"), choice("about", "Department", self.texts()["departments"], "department"),
            *rate, area("words", "Your words", "text"), button("give", "Send feedback"),
        )  # fmt: skip
        return el("div", el("h1", "Give feedback"), many("p", self.texts()["advice"] * 3), ask)

    def read(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", request.part(1).capitalize()), many("p", self.texts()["advice"] * 4))

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Received"), many("p", session.done[-1:]))

    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._first_free(dice)
            yield self._renew(dice)
            yield self._exact(dice)
            yield self._ward(dice)
            yield self._praise(dice)
            yield self._speaks(dice)

    def _first_free(self, dice: Random) -> Errand:
        d, patient, day = dice.choice(self.doctors), dice.choice(self.texts()["patients"]), dice.randrange(1, len(DAYS))
        n, (_, hour) = next((n, slot) for n, slot in enumerate(d.free) if slot[0] == day)
        assert hour >= 0
        said = f"{patient} has never been at the clinic and wants the earliest appointment on {DAYS[day]} with {d.name}. Book it."
        return Errand(said, (
            click("/doctors"), click(f"/doctor/{d.number}"), click(f"/slot/{d.number}/{n}"), write("patient", patient),
            click("visit-first"), click("confirm"),
        ))  # fmt: skip

    def _exact(self, dice: Random) -> Errand:
        words, d = self.texts(), dice.choice(self.doctors)
        n, patient = dice.randrange(len(d.free)), dice.choice(self.texts()["patients"])
        day, hour = d.free[n]
        said = (f"Make a follow-up appointment for {patient}, who uses a wheelchair, with {d.name} of the "
                f"{words['departments'][d.department].lower()}, {DAYS[day]} at {HOURS[hour]}.")  # fmt: skip
        return Errand(said, (
            click("/departments"), click(f"/department/{d.department}"), click(f"/doctor/{d.number}"),
            click(f"/slot/{d.number}/{n}"), write("patient", patient), click("visit-again"), click("wheelchair"),
            click("confirm"),
        ))  # fmt: skip

    def _renew(self, dice: Random) -> Errand:
        words = self.texts()
        medicine, boxes, chemist = dice.choice(words["medicines"][1:]), dice.choice("23"), dice.choice(words["chemists"][1:])
        patient = dice.choice(words["patients"])
        return Errand(f"Ask for {boxes} boxes of {medicine} for {patient}, to be collected at the {chemist}.", (
            click("/prescription"), pick("medicine", medicine), pick("boxes", boxes), pick("chemist", chemist),
            write("for", patient), click("renew"),
        ))  # fmt: skip

    def _ward(self, dice: Random) -> Errand:
        words, day = self.texts(), dice.choice(DAYS[1:])
        ward, visitor = dice.choice(words["wards"][1:]), dice.choice(words["patients"])
        return Errand(f"{visitor} will visit someone in {ward} on {day}. Announce the visit.", (
            click("/wards"), pick("ward", ward), pick("visit-day", day), write("visitor", visitor), click("announce"),
        ))  # fmt: skip

    def _praise(self, dice: Random) -> Errand:
        words, number = self.texts(), dice.randrange(4)
        rating = ("Poor", "Fair", "Good", "Excellent")[number]
        place, text = dice.choice(words["departments"][1:]), dice.choice(["The staff took their time", "The wait was two hours"])
        return Errand(f"Rate the {place.lower()} as {rating.lower()} and write exactly: {text}", (
            click("/feedback"), pick("about", place), click(f"rate-{number}"), write("words", text), click("give"),
        ))  # fmt: skip

    def _speaks(self, dice: Random) -> Errand:
        words, language = self.texts(), dice.choice(self.texts()["languages"][1:])
        d = dice.choice([d for d in self.doctors if language in d.languages])
        if sum(language in o.languages and o.department == d.department for o in self.doctors) > 1:
            return self._speaks(dice)
        place = words["departments"][d.department]
        return Errand(f"Find a doctor of the {place.lower()} who speaks {language} and open their appointments.", (
            click("/doctors"), pick("language", language), pick("of", place), click("sift"), click(f"/doctor/{d.number}"),
        ))  # fmt: skip
