"""Serves the websites on loopback: one server a process, one visitor an environment."""

import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qsl

from ..sites.site import Request, Session, Site

COOKIE = "visitor"
LONGEST = 100_000
"""Bytes of a form that are read."""


@dataclass(slots=True)
class Visitor:
    """Someone at a website, and where they have been."""

    site: Site
    session: Session = Session()
    seen: tuple[str, ...] = ()
    """Addresses, in order."""

    def copy(self) -> "Visitor":
        return Visitor(self.site, self.session, self.seen)


class Server:
    """Pages for visitors who show their token as a cookie; everyone else is turned away."""

    def __init__(self) -> None:
        self.visitors: dict[str, Visitor] = {}
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), type("Own", (Pages,), {"visitors": self.visitors}))
        self._http.daemon_threads = True
        self._thread = Thread(
            target=self._http.serve_forever, args=(0.05,), name="mind2web pages", daemon=True
        )
        self._thread.start()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._http.server_port}"

    def welcome(self, visitor: Visitor) -> str:
        """The token of a new visitor."""
        token = secrets.token_hex(16)
        self.visitors[token] = visitor
        return token

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class Pages(BaseHTTPRequestHandler):
    """One request. Only forms to `/do/` change anything."""

    visitors: ClassVar[dict[str, Visitor]]
    """By token; each server has its own."""

    def do_GET(self) -> None:
        if (visitor := self._visitor()) is None:
            return
        request = Request.to(self.path)
        visitor.seen = (*visitor.seen, request.address)
        body = visitor.site.render(request, visitor.session).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self._end(body)

    def do_POST(self) -> None:
        if (visitor := self._visitor()) is None:
            return
        length = self.headers.get("Content-Length", "")
        body = self.rfile.read(min(int(length), LONGEST)) if length.isdigit() else b""
        fields = tuple(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
        sent = Request(Request.to(self.path).path, fields)
        visitor.session, address = visitor.site.send(sent, visitor.session)
        self.send_response(303)
        self.send_header("Location", address)
        self._end(b"")

    def _visitor(self) -> Visitor | None:
        try:
            cookie = SimpleCookie(self.headers.get("Cookie", "")).get(COOKIE)
        except CookieError:
            cookie = None
        visitor = self.visitors.get(cookie.value) if cookie else None
        if visitor is None:
            self.send_response(403)
            self._end(b"")
        return visitor

    def _end(self, body: bytes) -> None:
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are not logged."""
