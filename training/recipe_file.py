"""From the text of a recipe to its dataclasses: presets, `--set`, checks of every key and value.

A value knows where it was written, and a mistake is told with its place.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

import yaml

from harness import UsageError
from harness.near import suggest

SHIPPED = Path(__file__).parent / "recipes"

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and where it stands."""

    value: Any
    where: str


def shipped() -> list[str]:
    """The names of the recipes that come along."""
    return sorted(f.stem for f in SHIPPED.glob("*.yaml"))


def read(name: str) -> dict[str, Said]:
    """What the file `name`, or the shipped recipe of that name, says: dotted keys to values."""
    return _merged(_find(name), depth=0)


def _find(name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    if name in shipped():
        return SHIPPED / f"{name}.yaml"
    hint = suggest(Path(name).stem, shipped())
    raise UsageError(f"there is no YAML file {name!r}, nor a shipped recipe of that name; {hint}")


def _merged(file: Path, depth: int) -> dict[str, Said]:
    """Dotted keys to values, those of the preset first; a null of the file hides what the preset says."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        own = dict(_leaves(node, file, "")) if node else {}
    except (yaml.YAMLError, ValueError, OSError) as e:  # ValueError: 2026-13-45 is no date
        raise UsageError(f"{file} is not YAML that can be read: {e}") from None
    preset = own.pop("preset", None)
    if preset is None or preset.value is None:
        return own
    if depth > 8 or preset.value not in shipped():
        raise UsageError(
            f"{preset.where}: there is no preset {preset.value!r}; there are: {', '.join(shipped())}"
        )
    return {**_merged(SHIPPED / f"{preset.value}.yaml", depth + 1), **own}


def _leaves(node: yaml.Node, file: Path, at: str) -> Iterator[tuple[str, Said]]:
    where = f"{file}:{node.start_mark.line + 1}"
    if not isinstance(node, yaml.MappingNode):
        if not at:
            raise UsageError(f"{where}: expected keys and values, such as `model: SmolLM2`")
        yield at, Said(yaml.SafeLoader("").construct_object(node, deep=True), where)
        return
    for key, value in node.value:
        name = str(key.value).replace("-", "_")
        yield from _leaves(value, file, f"{at}.{name}" if at else name)


def put(said: dict[str, Said], text: str) -> None:
    """Add the setting KEY=VALUE. Raises `UsageError` where it is none."""
    key, sign, value = text.partition("=")
    key = key.strip().replace("-", "_")
    if not sign or not key or not value.strip():
        raise UsageError(f"--set {text!r}: expected KEY=VALUE, such as train.lr=1e-4")
    try:
        said[key] = Said(yaml.safe_load(value), f"--set {text}")
    except (yaml.YAMLError, ValueError):
        said[key] = Said(value, f"--set {text}")


# From values to dataclasses


def build(kind: type[T], said: Mapping[str, Said]) -> T:
    """Raises `UsageError` for a key that does not exist and a value that does not fit."""
    made: T = _build(kind, said, "", kind)
    return made


def _build(kind: type[Any], said: Mapping[str, Said], at: str, whole: type[Any]) -> Any:
    hints, given = typing.get_type_hints(kind), dict[str, Any]()
    fields = {f.name: f for f in dataclasses.fields(kind)}
    for key, one in said.items():
        name = key.split(".")[0]
        section = name in fields and dataclasses.is_dataclass(hints[name])
        empty = section and key == name and one.value is None  # `train:` with nothing below it
        if name not in fields or (("." in key) is not section and not empty):
            raise UsageError(_unknown(f"{at}{key}", one.where, list(keys(whole))))
    for name, f in fields.items():
        if dataclasses.is_dataclass(hints[name]):
            below = {k.partition(".")[2]: v for k, v in said.items() if k.startswith(f"{name}.")}
            given[name] = _build(typing.cast(type[Any], hints[name]), below, f"{at}{name}.", whole)
        elif name in said and said[name].value is not None:
            given[name] = _value(hints[name], f.metadata, said[name], f"{at}{name}")
    return kind(**given)


def _unknown(key: str, where: str, known: Sequence[str]) -> str:
    last = {k.rpartition(".")[2]: k for k in known}
    near = get_close_matches(key, known, 1, 0.7)
    near = near or [last[k] for k in get_close_matches(key.rpartition(".")[2], last, 1, 0.7)]
    return f"{where}: there is no key {key!r}; {suggest(near[0] if near else key, known)}"


def keys(kind: type[Any], at: str = "") -> Iterator[str]:
    """The names of a dataclass's fields and of those below, dotted."""
    for name, hint in typing.get_type_hints(kind).items():
        if dataclasses.is_dataclass(hint):
            yield from keys(typing.cast(type[Any], hint), f"{at}{name}.")
        else:
            yield f"{at}{name}"


def _value(hint: Any, limits: Mapping[str, Any], said: Said, key: str) -> Any:
    value = said.value
    if isinstance(hint, types.UnionType):
        hint = next(h for h in typing.get_args(hint) if h is not type(None))
    if hint == tuple[str, ...]:
        items = [value] if isinstance(value, str) else value
        if isinstance(items, list) and all(isinstance(i, str) for i in items):
            return tuple(items)
        raise _wrong(said, key, "a list of texts")
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        value = {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value
        if value in list(hint):
            return hint(value)
        raise _wrong(said, key, "one of " + ", ".join(hint))
    if hint is str:
        options = limits.get("one of", ())
        if isinstance(value, str) and value in (options or (value,)):
            return value
        raise _wrong(said, key, "one of " + ", ".join(options) if options else "a text")
    return _number(hint, limits, said, key)


def _number(hint: Any, limits: Mapping[str, Any], said: Said, key: str) -> Any:
    value = said.value
    if isinstance(value, str):  # YAML 1.1 reads 1e-4 as a text
        try:
            value = float(value)
        except ValueError:
            raise _wrong(said, key, "a number") from None
    if isinstance(value, bool) or not isinstance(value, int | float) or not _finite(value):
        raise _wrong(said, key, "a number")
    if hint is int and value != int(value):
        raise _wrong(said, key, "a whole number")
    least, most, above = limits["least"], limits["most"], limits["above"]
    below = limits["below"]
    if not (least < value if above else least <= value) or not (value < most if below else value <= most):
        bounds = f"a number {'above' if above else 'of at least'} {least}"
        upper = f" and {'below' if below else 'at most'} {most}" if most < float("inf") else ""
        raise _wrong(said, key, bounds + upper)
    return hint(value)


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of hundreds of digits
        return False


def _wrong(said: Said, key: str, expected: str) -> UsageError:
    return UsageError(f"{said.where}: {key} is {said.value!r}; expected {expected}")


def plain(value: Any) -> Any:
    """A dataclass as what JSON and YAML can hold."""
    if dataclasses.is_dataclass(value):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, StrEnum) else value
