"""Any server of MySQL's family, by `-T db-url=mysql://USER:PASSWORD@HOST:PORT`.

The account must be allowed to create databases and accounts: each episode gets its own of both, and
all of them are dropped at the end. `?socket=/path` connects by a unix socket, `?ssl=true` by TLS.
"""

from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from harness import EnvironmentFailure, UsageError

from .base import SqlError
from .mysql import driver, quoted
from .server import Server

_EXPECTED = "expected mysql://USER:PASSWORD@HOST:PORT"


class UrlServer(Server):
    name = "url"

    def __init__(self, url: str, limit: float = 10.0) -> None:
        super().__init__(limit)
        driver()
        self.where = _where(url)

    def target(self) -> dict[str, Any]:
        return self.where

    def close(self) -> None:
        """Drop what was made; the server itself is not ours."""
        for name in self.made:
            with suppress(EnvironmentFailure, SqlError):
                self.ask(f"DROP DATABASE IF EXISTS {quoted(name)}")
                self.ask(f"DROP USER IF EXISTS {quoted(name)}")
        self.made, self.free = [], []
        super().close()


def _where(url: str) -> dict[str, Any]:
    try:
        parts = urlsplit(url)
        port = parts.port or 3306
    except ValueError:
        raise UsageError(f"-T db-url: {_EXPECTED}; the port is not a number") from None
    if parts.scheme not in ("mysql", "mariadb") or not parts.hostname:
        raise UsageError(f"-T db-url: {_EXPECTED}, with an account that may create databases and accounts")
    asked = {k: v[-1] for k, v in parse_qs(parts.query).items()}
    unknown = set(asked) - {"socket", "ssl"}
    if unknown:
        raise UsageError(f"-T db-url: unknown parameter {sorted(unknown)[0]!r}; socket and ssl are known")
    where: dict[str, Any] = {
        "user": unquote(parts.username or "root"),
        "password": unquote(parts.password or ""),
    }
    if "socket" in asked:
        return {**where, "unix_socket": asked["socket"]}
    where |= {"host": parts.hostname, "port": port}
    return {**where, "ssl": {"ssl": True}, "ssl_disabled": False} if asked.get("ssl") == "true" else where
