"""What one can be asked to do at Sprig & Salt."""

from collections.abc import Iterator
from random import Random

from ..site import Errand, click, pick, write
from .recipes import MEALS, PEOPLE, SORTS, TIMES, RecipePages


class Recipes(RecipePages):
    def errands(self, dice: Random) -> Iterator[Errand]:
        while True:
            yield self._groceries(dice)
            yield self._verdict(dice)
            yield self._first(dice)
            yield self._pencil(dice)
            yield self._puzzle(dice)
            yield self._clip(dice)

    def _groceries(self, dice: Random) -> Errand:
        words, dish = self.texts(), dice.choice(self.dishes)
        people, grocer, slot = (
            dice.choice(PEOPLE[1:]),
            dice.choice(words["grocers"][1:]),
            dice.choice(words["slots"][1:]),
        )
        door = dice.choice(words["doors"])
        return Errand(
            f"Clip the {dish.name} for {people} and let {grocer} bring what it takes {slot}; "
            f"the door says {door}.",
            (
                write("hunger", dish.name),
                click("hunger-go"),
                click(f"/recipe/{dish.number}"),
                pick("people", people),
                click("clip"),
                click("/groceries"),
                pick("grocer", grocer),
                pick("slot", slot),
                write("door", door),
                click("bring"),
            ),
        )

    def _verdict(self, dice: Random) -> Errand:
        words, dish = self.texts(), dice.choice(self.dishes)
        verdict, remark = dice.randrange(len(words["verdicts"])), dice.choice(words["remarks"])
        return Errand(
            f"My verdict on the {dish.name} is '{words['verdicts'][verdict]}'. "
            f"Leave it with the remark: {remark}",
            (
                write("hunger", dish.name),
                click("hunger-go"),
                click(f"/recipe/{dish.number}"),
                click(f"liked-{verdict}"),
                write("remark", remark),
                click("remark-go"),
            ),
        )

    def _first(self, dice: Random) -> Errand:
        words, sort = self.texts(), dice.randrange(1, len(SORTS))
        course, diet = dice.choice(words["courses"]), dice.choice(words["diets"])
        extra = dice.choice(words["extras"]).lower()
        found = self.found("", course, diet, TIMES[0], SORTS[sort])
        keys = [(d.minutes, -d.liked, len(d.needs))[sort - 1] for d in found]
        if len(keys) < 2 or keys[0] == keys[1]:
            return self._first(dice)
        said = ("quickest", "best liked", "one with the fewest ingredients")[sort - 1]
        return Errand(
            f"Of all recipes for a {course.lower()} that are {diet.lower()}, take the {said} "
            f"and read its {extra}.",
            (
                click("/recipes"),
                pick("course", course),
                pick("diet", diet),
                pick("sort", SORTS[sort]),
                click("sieve"),
                click(f"/recipe/{found[0].number}"),
                click(f"/recipe/{found[0].number}/{extra}"),
            ),
        )

    def _pencil(self, dice: Random) -> Errand:
        dish, day, meal = (
            dice.choice(self.dishes[1:]),
            dice.choice(self.texts()["days"][1:]),
            dice.choice(MEALS),
        )
        return Errand(
            f"Pencil the {dish.name} into the week's plan as {meal} {day}.",
            (
                click("/planner"), pick("plan-dish", dish.name), pick("plan-day", day), click(f"meal-{meal}"),
                click("plan-go"),
            ),
        )  # fmt: skip

    def _puzzle(self, dice: Random) -> Errand:
        words = self.texts()
        if dice.random() < 0.5:
            mail, often = f"{dice.choice(words['doors']).lower()}@stockpot.example", dice.randrange(3)
            return Errand(
                f"I want the cook's post at {mail}, {words['often'][often].lower()}.",
                (click("/post"), write("post-email", mail), click(f"often-{often}"), click("post-go")),
            )
        subject, puzzle, pen = (
            dice.choice(words["subjects"][1:]),
            dice.choice(words["puzzles"]),
            dice.choice(words["doors"]),
        )
        return Errand(
            f"As {pen}, put this question to the cook under {subject.lower()}: {puzzle}",
            (
                click("/ask"), pick("subject", subject), write("question", puzzle), write("pen-name", pen),
                click("ask-cook"),
            ),
        )  # fmt: skip

    def _clip(self, dice: Random) -> Errand:
        words, time = self.texts(), dice.randrange(1, 4)
        thing, course, people = (
            dice.choice(words["pantry"]),
            dice.choice(words["courses"]),
            dice.choice(PEOPLE[1:]),
        )
        found = self.found(thing, course, "", TIMES[time], "")
        if len(found) != 1:
            return self._clip(dice)
        return Errand(
            f"I have {thing.lower()} in the house and {TIMES[time].lower().removeprefix('up to ')} at most. "
            f"Clip the one {course.lower()} that fits into my box, for {people}.",
            (
                write("hunger", thing),
                pick("course-top", course),
                click("hunger-go"),
                pick("time", TIMES[time]),
                click("sieve"),
                click(f"/recipe/{found[0].number}"),
                pick("people", people),
                click("clip"),
            ),
        )
