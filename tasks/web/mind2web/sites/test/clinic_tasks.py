"""What one can be asked to do at Tarnside Clinic."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, click, pick, write
from .clinic import DAYS, HOURS, ClinicPages


class Clinic(ClinicPages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._first_free(dice)
            yield self._renew(dice)
            yield self._exact(dice)
            yield self._ward(dice)
            yield self._praise(dice)
            yield self._speaks(dice)

    def _first_free(self, dice: Random) -> Errand:
        d, patient, day = (
            dice.choice(self.doctors),
            dice.choice(self.texts()["patients"]),
            dice.randrange(1, len(DAYS)),
        )
        n, (_, hour) = next((n, slot) for n, slot in enumerate(d.free) if slot[0] == day)
        assert hour >= 0
        said = (
            f"{patient} has never been at the clinic and wants the earliest appointment on {DAYS[day]} "
            f"with {d.name}. Book it."
        )
        return Errand(
            said,
            (
                click("/doctors"),
                click(f"/doctor/{d.number}"),
                click(f"/slot/{d.number}/{n}"),
                write("patient", patient),
                click("visit-first"),
                click("confirm"),
            ),
        )

    def _exact(self, dice: Random) -> Errand:
        words, d = self.texts(), dice.choice(self.doctors)
        n, patient = dice.randrange(len(d.free)), dice.choice(self.texts()["patients"])
        day, hour = d.free[n]
        said = (f"Make a follow-up appointment for {patient}, who uses a wheelchair, with {d.name} of the "
                f"{words['departments'][d.department].lower()}, {DAYS[day]} at {HOURS[hour]}.")  # fmt: skip
        return Errand(
            said,
            (
                click("/departments"),
                click(f"/department/{d.department}"),
                click(f"/doctor/{d.number}"),
                click(f"/slot/{d.number}/{n}"),
                write("patient", patient),
                click("visit-again"),
                click("wheelchair"),
                click("confirm"),
            ),
        )

    def _renew(self, dice: Random) -> Errand:
        words = self.texts()
        medicine, boxes, chemist = (
            dice.choice(words["medicines"][1:]),
            dice.choice("23"),
            dice.choice(words["chemists"][1:]),
        )
        patient = dice.choice(words["patients"])
        return Errand(
            f"Ask for {boxes} boxes of {medicine} for {patient}, to be collected at the {chemist}.",
            (
                click("/prescription"),
                pick("medicine", medicine),
                pick("boxes", boxes),
                pick("chemist", chemist),
                write("for", patient),
                click("renew"),
            ),
        )

    def _ward(self, dice: Random) -> Errand:
        words, day = self.texts(), dice.choice(DAYS[1:])
        ward, visitor = dice.choice(words["wards"][1:]), dice.choice(words["patients"])
        return Errand(
            f"{visitor} will visit someone in {ward} on {day}. Announce the visit.",
            (
                click("/wards"),
                pick("ward", ward),
                pick("visit-day", day),
                write("visitor", visitor),
                click("announce"),
            ),
        )

    def _praise(self, dice: Random) -> Errand:
        words, number = self.texts(), dice.randrange(4)
        rating = ("Poor", "Fair", "Good", "Excellent")[number]
        place, text = (
            dice.choice(words["departments"][1:]),
            dice.choice(["The staff took their time", "The wait was two hours"]),
        )
        return Errand(
            f"Rate the {place.lower()} as {rating.lower()} and write exactly: {text}",
            (
                click("/feedback"),
                pick("about", place),
                click(f"rate-{number}"),
                write("words", text),
                click("give"),
            ),
        )

    def _speaks(self, dice: Random) -> Errand:
        words, language = self.texts(), dice.choice(self.texts()["languages"][1:])
        d = dice.choice([d for d in self.doctors if language in d.languages])
        if sum(language in o.languages and o.department == d.department for o in self.doctors) > 1:
            return self._speaks(dice)
        place = words["departments"][d.department]
        return Errand(
            f"Find a doctor of the {place.lower()} who speaks {language} and open their appointments.",
            (
                click("/doctors"),
                pick("language", language),
                pick("of", place),
                click("sift"),
                click(f"/doctor/{d.number}"),
            ),
        )
