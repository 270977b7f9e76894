"""Sprig & Salt: a collection of recipes; search, a recipe box, a week's plan, remarks, the cook's post."""

from collections.abc import Callable, Mapping
from functools import cached_property
from random import Random
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
from ..site import DROPPED, KEPT, ORDERED, SENT, Deed, Request, Session, Site
from .dishes import Dish, dishes

TIMES = ("However long", "Up to 20 minutes", "Up to 40 minutes", "Up to 75 minutes")
SORTS = ("As they come", "Quickest", "Best liked", "Fewest ingredients")
PEOPLE = ("1 person", "2 people", "4 people", "6 people", "10 people")
MEALS = ("breakfast", "lunch", "dinner")


class RecipePages(Site):
    name = "sprig-and-salt"
    domain = "Food"
    words = "train/recipes.toml"
    deeds: ClassVar[Mapping[str, Deed]] = {
        "clip": Deed(KEPT, ("dish", "people"), "/box"),
        "tear": Deed(DROPPED, ("dish", "people"), "/box"),
        "shop": Deed(ORDERED, ("grocer", "slot", "door")),
        "week": Deed(SENT, ("dish", "day", "meal")),
        "remark": Deed(SENT, ("dish", "liked", "remark")),
        "ask": Deed(SENT, ("subject", "question", "pen_name")),
        "post": Deed(SENT, ("email", "often")),
    }

    @property
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        return {
            "": self.kitchen,
            "recipes": self.recipes,
            "recipe": self.recipe,
            "box": self.box,
            "groceries": self.groceries,
            "planner": self.planner,
            "ask": self.ask,
            "post": self.post,
            "larder": self.larder,
            "thanks": self.thanks,
        }

    @cached_property
    def dishes(self) -> tuple[Dish, ...]:
        return dishes(self.texts())

    def around(self, main: Html, request: Request, session: Session) -> Html:
        tab = link(f"My box: {len(session.kept)}", "/box", class_="tab")
        return joined(
            el("div", self._shelf, tab, class_="shelf"),
            el("div", self._pinboard, main, class_="table"),
            self._crumbs,
        )

    @cached_property
    def _shelf(self) -> Html:
        words = self.texts()
        search = form(
            "/recipes",
            el("input", type="text", id="hunger", name="q", value="", aria_label="Dish or ingredient"),
            bare_choice("course-top", ("Every course", *words["courses"]), "course", aria_label="Course"),
            button("hunger-go", "Search recipes"),
        )
        return joined(el("h2", link("Sprig & Salt", "/")), search, links(words["menu"]))

    @cached_property
    def _pinboard(self) -> Html:
        words = self.texts()
        herbs = [(h, f"/larder/{quote_plus(h.lower())}") for h in words["pantry"]]
        measures = [(f"1 {m}", f"{n * 37 % 240 + 5} g flour", f"{n * 23 % 210 + 9} g sugar",
                     f"{n * 31 % 250 + 4} ml") for n, m in enumerate(words["measures"])]  # fmt: skip
        return el("div", el("h6", "From the larder"), links(herbs), el("h6", "Measures"),
                  table(("", "Flour", "Sugar", "Liquid"), measures), class_="pinboard")  # fmt: skip

    @cached_property
    def _crumbs(self) -> Html:
        words = self.texts()
        season = [(month, *[words["pantry"][(n * 5 + k * 7) % len(words["pantry"])] for k in range(5)])
                  for n, month in enumerate(words["months"])]  # fmt: skip
        keeps = [(p, f"{n * 7 % 23 + 2} days", f"{n * 5 % 11 + 1} months", words["pantry"][(n * 11 + 3) % 32],
                  f"{n % 4 + 1} to {n % 3 + 1}") for n, p in enumerate(words["pantry"])]  # fmt: skip
        oven = [(f"Mark {n}", f"{130 + 15 * n} C", f"{112 + 15 * n} C fan", words["ovens"][n // 3])
                for n in range(1, 10)]  # fmt: skip
        return el(
            "div",
            el("h6", "In season"),
            table(("Month", "", "", "", "", ""), season),
            el("h6", "What keeps how long, and what may stand in for it"),
            table(("", "Cold", "Frozen", "Instead", "Parts"), keeps),
            el("h6", "Oven marks"),
            table(("Mark", "Oven", "Fan", "Called"), oven),
            links(words["footer"]),
            many("p", words["tips"]),
            el("p", "Sprig & Salt is make-believe; its dishes have not been tried."),
            class_="crumbs",
        )

    def kitchen(self, request: Request, session: Session) -> Html:
        chosen = Random("sprig kitchen").sample(self.dishes, 24)
        cards = [
            el(
                "div",
                picture(d.name, d.number),
                el("b", d.name),
                el("p", f"{d.minutes} minutes, {d.course.lower()}"),
                class_="card",
            )
            for d in chosen
        ]
        return el("div", el("h1", "What is in your kitchen?"), *cards, class_="main")

    def found(self, query: str, course: str, diet: str, time: str, sort: str) -> list[Dish]:
        words, most = query.casefold().split(), {TIMES[1]: 20, TIMES[2]: 40, TIMES[3]: 75}.get(time, 999)
        hits = [
            d
            for d in self.dishes
            if all(w in d.text for w in words)
            and course in ("Every course", "", d.course)
            and (diet in ("Any diet", "") or diet in d.diets)
            and d.minutes <= most
        ]
        keys: Mapping[str, Callable[[Dish], float]] = {
            SORTS[1]: lambda d: d.minutes, SORTS[2]: lambda d: -d.liked, SORTS[3]: lambda d: len(d.needs)
        }  # fmt: skip
        return sorted(hits, key=keys[sort]) if sort in keys else hits

    def recipes(self, request: Request, session: Session) -> Html:
        words = self.texts()
        query, course, diet, time, sort = map(request.get, ("q", "course", "diet", "time", "sort"))
        sift = form(
            "/recipes",
            hidden("q", query),
            choice("course", "Course", ("Every course", *words["courses"]), chosen=course),
            choice("diet", "Diet", ("Any diet", *words["diets"]), chosen=diet),
            choice("time", "Time", TIMES, chosen=time),
            choice("sort", "Sort", SORTS, chosen=sort),
            button("sieve", "Sieve"),
        )
        found = self.found(query, course, diet, time, sort)
        return el("div", el("h1", f"{len(found)} recipes"), sift, *map(self._line, found[:30]), class_="main")

    def _line(self, d: Dish) -> Html:
        facts = (
            d.course,
            f"{d.minutes} min",
            f"liked by {d.liked} %",
            ", ".join(d.diets),
            f"{len(d.needs)} ingredients",
        )
        return el("div", link(d.name, f"/recipe/{d.number}"), many("span", facts), class_="line")

    def recipe(self, request: Request, session: Session) -> Html | None:
        number, words = request.number(1, len(self.dishes)), self.texts()
        if number is None:
            return None
        d = self.dishes[number]
        clip = form(
            "/do/clip",
            hidden("dish", d.name),
            hidden("back", request.address),
            choice("people", "For", PEOPLE),
            button("clip", "Clip into my box"),
        )
        stars = [tick("radio", f"liked-{n}", s, "liked", s) for n, s in enumerate(words["verdicts"])]
        remark = form(
            "/do/remark", hidden("dish", d.name), hidden("back", request.address), *stars,
            area("remark", "Remark"), button("remark-go", "Leave remark"),
        )  # fmt: skip
        pages = links([(f"{p} for {d.name}", f"/recipe/{number}/{p.lower()}") for p in words["extras"]])
        if shown := request.part(2):
            return el("div", el("h1", f"{d.name}: {shown}"), pages, many("p", words["tips"]), class_="main")
        needs = [(n, f"{(number + k) * 13 % 90 * 5 + 20} g") for k, n in enumerate(d.needs)]
        steps = [words["tips"][(number + k) % len(words["tips"])] for k in range(5)]
        return el(
            "div",
            el("h1", d.name),
            picture(d.name, number),
            pages,
            clip,
            table(("You need", ""), needs),
            el("ol", many("li", steps)),
            el("h2", "Did it work?"),
            remark,
            class_="main",
        )

    def box(self, request: Request, session: Session) -> Html:
        rows = []
        for n, kept in enumerate(session.kept):
            dish, people = kept.split("; ")
            away = form(
                "/do/tear",
                hidden("dish", dish),
                hidden("people", people),
                button(f"tear-{n}", f"Tear out {dish}"),
            )
            rows.append((dish, people, away))
        return el("div", el("h1", "My recipe box"), table(("Dish", "For", ""), rows),
                  link("Have the groceries brought", "/groceries"), class_="main")  # fmt: skip

    def groceries(self, request: Request, session: Session) -> Html:
        words = self.texts()
        bring = form(
            "/do/shop",
            hidden("back", "/groceries"),
            choice("grocer", "Grocer", words["grocers"]),
            choice("slot", "Hour", words["slots"]),
            field("door", "Name on the door"),
            button("bring", "Bring it"),
        )
        return el("div", el("h1", "Groceries"), many("p", session.kept), bring, class_="main")

    def planner(self, request: Request, session: Session) -> Html:
        meals = [tick("radio", f"meal-{m}", m.capitalize(), "meal", m) for m in MEALS]
        plan = form(
            "/do/week",
            hidden("back", "/planner"),
            choice("plan-dish", "Dish", [d.name for d in self.dishes], "dish"),
            choice("plan-day", "Day", self.texts()["days"], "day"),
            *meals,
            button("plan-go", "Pencil it in"),
        )
        return el("div", el("h1", "The week on paper"), plan, class_="main")

    def ask(self, request: Request, session: Session) -> Html:
        send = form(
            "/do/ask",
            hidden("back", "/ask"),
            choice("subject", "Subject", self.texts()["subjects"]),
            area("question", "Question"),
            field("pen-name", "Pen name", "pen_name"),
            button("ask-cook", "Ask the cook"),
        )
        return el("div", el("h1", "Ask the cook"), send, many("p", self.texts()["tips"]), class_="main")

    def post(self, request: Request, session: Session) -> Html:
        often = [tick("radio", f"often-{n}", o, "often", o) for n, o in enumerate(self.texts()["often"])]
        sign = form("/do/post", hidden("back", "/post"), field("post-email", "Where to?", "email"), *often,
                    button("post-go", "Put me on the list"))  # fmt: skip
        return el("div", el("h1", "The cook's post"), sign, many("p", self.texts()["tips"]), class_="main")

    def larder(self, request: Request, session: Session) -> Html:
        name = request.part(1).replace("+", " ").replace("-", " ")
        return el("div", el("h1", name.capitalize()), many("p", self.texts()["tips"]), class_="main")

    def thanks(self, request: Request, session: Session) -> Html:
        return el("div", el("h1", "Noted in the kitchen book"), many("p", session.done[-1:]), class_="main")
