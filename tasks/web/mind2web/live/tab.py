"""One page of the browser: what is shown, and clicks, typing and selecting by number.

Everything here runs in the browser's own thread (`Chromium.call`).
"""

from typing import Any
from urllib.parse import urlsplit

from ..sites.site import Request
from .chromium import Chromium
from .server import COOKIE, Visitor
from .tree import Control, Reader, read

PATIENCE = 20_000
"""Milliseconds until an action or a page is given up."""
_LEADS_AWAY = """element => element.tagName === 'A'
    ? element.href !== '' && (!element.href.includes('#')
        || element.href.split('#')[0] !== location.href.split('#')[0])
    : element.type === 'submit' && element.form !== null && element.form.checkValidity()"""


class Tab:
    """A browser context of its own with one page in it."""

    def __init__(self, chromium: Chromium, visitor: Visitor) -> None:
        self.chromium = chromium
        self.token = chromium.server.welcome(visitor)
        self.context = chromium.browser.new_context(
            service_workers="block", accept_downloads=False, locale="en-US", timezone_id="UTC"
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.route("**/*", self._only_loopback)
        cookie = {"name": COOKIE, "value": self.token, "url": chromium.server.origin, "httpOnly": True}
        self.context.add_cookies([cookie])
        self.page = self.context.new_page()
        self.wire = self.context.new_cdp_session(self.page)
        self.reader: Reader | None = None

    def _only_loopback(self, route: Any) -> None:
        if route.request.url.startswith(f"{self.chromium.server.origin}/"):
            route.continue_()
        else:
            route.abort()

    def go(self, address: str) -> None:
        self.page.goto(self.chromium.server.origin + address, wait_until="load")

    @property
    def request(self) -> Request:
        """The address that is shown."""
        parts = urlsplit(self.page.url)
        return Request.to(parts.path + (f"?{parts.query}" if parts.query else ""))

    def look(self) -> Reader:
        """The page as it is now."""
        self.reader = read(self.wire.send("Accessibility.getFullAXTree")["nodes"])
        return self.reader

    def element(self, control: Control) -> Any:
        """playwright's handle of a control."""
        found = self.wire.send("DOM.resolveNode", {"backendNodeId": control.node})
        mark = {
            "objectId": found["object"]["objectId"],
            "functionDeclaration": "function() { window.chosen = this; }",
        }
        self.wire.send("Runtime.callFunctionOn", mark)
        return self.page.evaluate_handle("window.chosen").as_element()

    def click(self, control: Control) -> bool:
        """Whether it led to another page, which is loaded then."""
        element = self.element(control)
        leads_away = bool(element.evaluate(_LEADS_AWAY))
        if leads_away:
            with self.page.expect_navigation(wait_until="load"):
                element.click()
        else:
            element.click()
        return leads_away

    def type(self, control: Control, text: str) -> None:
        self.element(control).fill(text)

    def select(self, control: Control, option: str) -> None:
        self.element(control).select_option(label=option)

    def close(self) -> None:
        self.chromium.server.visitors.pop(self.token, None)
        self.context.close()
