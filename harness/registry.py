"""Folders of official data that the user registered: `harness data add NAME PATH`."""

import json
import os
from pathlib import Path

from harness.errors import StoreError
from harness.whole import whole


def home() -> Path:
    """Where the harness keeps a user's settings: `HARNESS_HOME`, else the XDG configuration folder."""
    if given := os.environ.get("HARNESS_HOME"):
        return Path(given)
    base = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(base) / "agentbench-harness"


def cache() -> Path:
    """Where tasks keep what they make once: `HARNESS_CACHE`, else in the XDG cache folder."""
    if given := os.environ.get("HARNESS_CACHE"):
        folder = Path(given)
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        folder = Path(base) / "agentbench-harness"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def registered() -> dict[str, Path]:
    """Name to folder."""
    file = home() / "data.json"
    if not file.exists():
        return {}
    try:
        return {name: Path(folder) for name, folder in json.loads(file.read_text()).items()}
    except (ValueError, AttributeError, TypeError) as e:
        raise StoreError(f"{file} is not a JSON object of names and folders ({e}); mend or delete it") from e


def register(name: str, folder: Path) -> None:
    """Remember `folder` under `name`, in place of an earlier one."""
    _write({**registered(), name: folder.resolve()})


def forget(name: str) -> None:
    """Forget a name; the folder itself is left alone."""
    _write({k: v for k, v in registered().items() if k != name})


def _write(folders: dict[str, Path]) -> None:
    file = home() / "data.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    with whole(file) as out:
        out.write(json.dumps({k: str(v) for k, v in sorted(folders.items())}, indent=2) + "\n")
