"""A website as plain functions: what it remembers of a visitor, and an address, give a page."""

import tomllib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, ClassVar
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from .markup import Html, button, document, el, form, hidden

SENT, KEPT, DROPPED, ORDERED = "sent", "kept", "dropped", "ordered"


@dataclass(frozen=True, slots=True)
class Session:
    """What a site remembers of a visitor."""

    kept: tuple[str, ...] = ()
    """Basket or list, sorted."""
    done: tuple[str, ...] = ()
    """What was booked, ordered or sent, in order."""
    consent: bool = False
    """Whether the cookie banner was answered."""


@dataclass(frozen=True, slots=True)
class Request:
    """An address: a path and its fields."""

    path: str = "/"
    fields: tuple[tuple[str, str], ...] = ()

    @classmethod
    def to(cls, address: str) -> "Request":
        parts = urlsplit(address)
        return cls(parts.path or "/", tuple(parse_qsl(parts.query, keep_blank_values=True)))

    @property
    def address(self) -> str:
        return self.path + (f"?{urlencode(self.fields)}" if self.fields else "")

    def get(self, name: str, default: str = "") -> str:
        return next((v for n, v in reversed(self.fields) if n == name), default)

    def part(self, number: int) -> str:
        """The path between two slashes, counted from 0; empty where there is none."""
        parts = self.path.strip("/").split("/")
        return parts[number] if number < len(parts) else ""

    def number(self, part: int, below: int) -> int | None:
        """That part of the path as an index below a limit."""
        text = self.part(part)
        return (
            int(text) if text.isascii() and text.isdigit() and len(text) < 6 and int(text) < below else None
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """What sending a form to `/do/NAME` does. Fields that are `needed` must not be empty."""

    kind: str
    fields: tuple[str, ...]
    then: str = ""
    """Where it leads; `/thanks/NAME` unless told."""
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Move:
    """One gold action: CLICK, TYPE or SELECT at a control, named by its `id` or, with a slash, its `href`."""

    operation: str
    control: str
    value: str = ""


def click(control: str) -> Move:
    return Move("CLICK", control)


def write(control: str, text: str) -> Move:
    return Move("TYPE", control, text)


def pick(control: str, option: str) -> Move:
    return Move("SELECT", control, option)


@dataclass(frozen=True, slots=True)
class Errand:
    """A task at a site: words, and the shortest way."""

    question: str
    moves: tuple[Move, ...]


class Site(ABC):
    """One website. Everything it shows follows from its data, the session and the address."""

    name: ClassVar[str]
    domain: ClassVar[str]
    words: ClassVar[str]
    """The file of its own words and its style sheet."""
    deeds: ClassVar[Mapping[str, Deed]] = {}

    @property
    @abstractmethod
    def pages(self) -> Mapping[str, Callable[[Request, Session], Html | None]]:
        """The main part of a page by the first part of its path; None where there is no such page."""

    @abstractmethod
    def around(self, main: Html, request: Request, session: Session) -> Html:
        """The whole body: header, navigation, sidebars and footer around the main part."""

    @abstractmethod
    def errands(self, dice: Random) -> Iterator[Errand]:
        """Tasks without end, of all kinds in turn; duplicates are left out by the caller."""

    def texts(self) -> Mapping[str, Any]:
        """The site's own words."""
        return _texts(self.words)

    def render(self, request: Request, session: Session) -> str:
        """The document at an address."""
        found = self.pages.get(request.part(0))
        main = found(request, session) if found else None
        if main is None:
            main = el("main", el("h1", "Page not found"), el("p", "We have no page at this address."))
        if missing := request.get("missing"):
            main = Html(el("p", f"Please fill in: {missing}", class_="problem", role="alert") + main)
        body = self.around(main, request, session)
        banner = Html("") if session.consent else self.banner(request)
        return document(self.title, self.texts()["style"], banner, body)

    @property
    def title(self) -> str:
        return str(self.texts()["title"])

    def banner(self, request: Request) -> Html:
        """The question about cookies, until it is answered."""
        said = self.texts()["cookies"]
        return form(
            "/do/consent",
            el("p", said[0]),
            hidden("back", request.address),
            button("cookies-all", said[1]),
            button("cookies-needed", said[2]),
            class_="cookies",
        )

    def send(self, request: Request, session: Session) -> tuple[Session, str]:
        """What a form sent to `/do/NAME` changes, and the address that it leads to."""
        name, back = request.part(1), request.get("back", "/")
        if name == "consent":
            return replace(session, consent=True), back
        deed = self.deeds.get(name)
        if deed is None:
            return session, "/missing"
        given = {f: " ".join(request.get(f).split()) for f in (*deed.fields, *deed.optional)}
        if empty := [f for f in deed.fields if not given[f]]:
            joint = "&" if "?" in back else "?"
            return session, f"{back}{joint}missing={quote(', '.join(empty))}"
        return _after(session, deed, name, given), deed.then or f"/thanks/{name}"

    def some(self, number: int, dice: Random) -> list[Errand]:
        """Different tasks, as many as asked for."""
        return list(islice(_different(self.errands(dice)), number))


def _different(errands: Iterator[Errand]) -> Iterator[Errand]:
    seen: set[str] = set()
    for errand in errands:
        if errand.question not in seen:
            seen.add(errand.question)
            yield errand


def _after(session: Session, deed: Deed, name: str, given: Mapping[str, str]) -> Session:
    record = "; ".join([name, *(f"{k}={v.casefold()}" for k, v in given.items())])
    if deed.kind == KEPT:
        return replace(session, kept=tuple(sorted((*session.kept, "; ".join(given.values())))))
    if deed.kind == DROPPED:
        gone = "; ".join(given.values())
        return replace(session, kept=tuple(k for k in session.kept if k != gone))
    if deed.kind == ORDERED:
        record = "; ".join((record, *session.kept))
        return replace(session, kept=(), done=(*session.done, record))
    return replace(session, done=(*session.done, record))


@cache
def _texts(file: str) -> Mapping[str, Any]:
    return tomllib.loads((Path(__file__).parent / file).read_text(encoding="utf-8"))
