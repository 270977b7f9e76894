"""Databases behind one small interface, and which of them a run uses.

engine = choose(settings, scratch)      sqlite | mariadb (ours) | any server by URL
database = engine.open(tables)          one an episode
database.execute(sql)                   what the agent types
database.state(tables)                  the hash of the tables, out of the agent's reach
database.fork(); database.close(); engine.close()
"""

from collections.abc import Mapping
from pathlib import Path

from harness import Settings, UsageError

from .base import Database, Engine, Outcome, SqlError

__all__ = ["Database", "Engine", "Outcome", "SqlError", "choose", "engine_name"]


def engine_name(settings: Settings) -> str:
    """sqlite, mariadb or url, by the options `engine` and `db-url`, or the profile's usual one."""
    wanted = settings.options.get("engine")
    if wanted is None and "db-url" in settings.options:
        return "url"
    if wanted is None:
        return "sqlite" if settings.profile == "native" else "mariadb"
    if wanted not in ("sqlite", "mariadb"):
        raise UsageError(
            f"-T engine={wanted}: db has the engines sqlite and mariadb; for a server of your own say "
            "-T db-url=mysql://USER:PASSWORD@HOST:PORT"
        )
    if "db-url" in settings.options:
        raise UsageError(f"-T engine={wanted} and -T db-url=... exclude one another; leave one out")
    return wanted


def seconds(options: Mapping[str, str]) -> float:
    """`-T sql-timeout=SECONDS`: how long one statement may run."""
    said = options.get("sql-timeout", "10")
    try:
        limit = float(said)
    except ValueError:
        limit = 0.0
    if not 0 < limit <= 3600:
        raise UsageError(f"-T sql-timeout={said}: expected seconds, more than 0 and at most 3600")
    return limit


def choose(settings: Settings, scratch: Path) -> Engine:
    """The engine of a run. Raises `UsageError` where it cannot be had; nothing is started yet."""
    name, limit = engine_name(settings), seconds(settings.options)
    if name == "sqlite":
        from .sqlite import Sqlite

        return Sqlite(limit)
    if name == "mariadb":
        from .mariadb import MariaDb

        return MariaDb(scratch, limit)
    from .url import UrlServer

    return UrlServer(settings.options["db-url"], limit)
