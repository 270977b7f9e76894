"""A recipe says what is trained on what, and how: one YAML file, checked whole before anything is loaded.

    preset: smollm2-cpu            # a shipped recipe to start from (training/recipes/); the keys below win
    model: SmolLM2                 # what `harness run --model hf/...` takes: a folder, an id, or SmolLM2
    output: checkpoints/agent
    data:
      agent: [data/agent.jsonl]

Paths are relative to the folder that the command runs in. A key that does not exist, a value of the wrong
kind or outside its range is a `UsageError` with file and line. `--set train.lr=1e-4` replaces one key.
"""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

import yaml

from harness import UsageError

SHIPPED = Path(__file__).parent / "recipes"


class Method(StrEnum):
    FULL = "full"
    LORA = "lora"
    QLORA = "qlora"


class Choice(StrEnum):
    """On, off, or what the machine is best at."""

    AUTO = "auto"
    ON = "on"
    OFF = "off"


def number(default: float, least: float, most: float = float("inf"), above: bool = False) -> Any:
    """A field that holds a number from `least` (or above it) to `most`."""
    return field(default=default, metadata={"least": least, "most": most, "above": above})


def one_of(default: str, *others: str) -> Any:
    return field(default=default, metadata={"one of": (default, *others)})


@dataclass(frozen=True, slots=True)
class Data:
    """What is trained on (`training/dataset.py`)."""

    agent: tuple[str, ...] = ()
    """Files of agent trajectories."""
    general: tuple[str, ...] = ()
    """Files of general conversations, mixed in."""
    format: str = "auto"
    template: str = "own"
    max_length: int = number(4096, 8)
    """Tokens of a row."""
    long: str = one_of("window", "drop")
    """What happens to a longer row; nothing is ever cut without being counted."""
    share: float | None = field(default=None, metadata={"least": 0, "most": 1, "above": False})
    """λ: share of agent data in what is trained on; without it, every row is used once an epoch."""
    unit: str = one_of("token", "row")
    """What the share is a share of: trained tokens, or rows."""
    validation: float = number(0.05, 0, 0.9)
    """Share of the problems kept for the evaluation loss; 0 for none."""
    against: tuple[str, ...] = ()
    """Files of test conversations; rows that overlap with one are left out."""


@dataclass(frozen=True, slots=True)
class Adapter:
    """What is trained: all weights, or low-rank additions to them (arXiv 2106.09685, 2305.14314)."""

    method: Method = Method.LORA
    r: int = number(16, 1)
    alpha: int = number(32, 1)
    dropout: float = number(0.0, 0, 0.9)
    targets: tuple[str, ...] = ("all-linear",)
    """Names of linear layers; all-linear is each of them but the output head."""


@dataclass(frozen=True, slots=True)
class Train:
    """How it is trained."""

    epochs: float = number(3.0, 0, above=True)
    max_steps: int = number(0, 0)
    """Ends earlier, after so many updates; 0 for no limit."""
    batch: int = number(4, 1)
    """Rows in one forward pass of one process."""
    accumulate: int = number(4, 1)
    """Forward passes for one update."""
    lr: float = number(2e-4, 0, 1, above=True)
    schedule: str = one_of("cosine", "linear", "constant", "constant_with_warmup")
    warmup: float = number(0.03, 0, 1)
    """Share of the updates in which the learning rate rises."""
    weight_decay: float = number(0.0, 0)
    beta2: float = number(0.999, 0, 1)
    clip: float = number(1.0, 0)
    """Gradients are scaled down to this norm; 0 for never."""
    dtype: str = one_of("auto", "bfloat16", "float16", "float32")
    """What is computed in; auto: bfloat16 where the device has it, else float32."""
    packing: Choice = Choice.AUTO
    """Several rows in one sequence; auto: where flash attention keeps them apart (see `training/sft.py`)."""
    checkpointing: Choice = Choice.AUTO
    """Compute activations twice to save memory; auto: where they would not fit."""
    seed: int = number(0, 0, 2**32 - 1)


@dataclass(frozen=True, slots=True)
class Log:
    """When it tells, evaluates and saves, in updates; 0 for once an epoch."""

    every: int = number(5, 1)
    evaluate: int = number(0, 0)
    save: int = number(50, 0)
    keep: int = number(2, 1)
    """Checkpoints kept to resume from."""
    to: tuple[str, ...] = ("tensorboard",)
    """Besides the console and log.jsonl: tensorboard (where installed), wandb, trackio."""


@dataclass(frozen=True, slots=True)
class Dpo:
    """Preferences only (DPO, arXiv 2305.18290; on trajectories: ETO, arXiv 2403.02502)."""

    beta: float = number(0.1, 0, above=True)
    loss: str = one_of("sigmoid", "ipo", "hinge", "apo_zero")
    sft: float = number(0.0, 0)
    """Weight of the chosen replies' own likelihood beside the preference."""


@dataclass(frozen=True, slots=True)
class Recipe:
    model: str = ""
    output: str = ""
    data: Data = Data()
    adapter: Adapter = Adapter()
    train: Train = Train()
    log: Log = Log()
    dpo: Dpo = Dpo()

    @classmethod
    def load(cls, name: str, settings: Sequence[str] = ()) -> Self:
        """The recipe in the file `name`, or the shipped one of that name, with `--set` applied."""
        said = _merged(_file(name), depth=0)
        for text in settings:
            _set(said, text)
        recipe: Self = _build(cls, said, "")
        for key in ("model", "output"):
            if not getattr(recipe, key):
                raise UsageError(f"{name}: the key {key!r} is missing; write it, or give --set {key}=...")
        return recipe

    def to_json(self) -> dict[str, Any]:
        """Plain values, in the order of the fields."""
        said: dict[str, Any] = _plain(self)
        return said

    def to_yaml(self) -> str:
        return yaml.safe_dump(self.to_json(), sort_keys=False, allow_unicode=True)

    @property
    def digest(self) -> str:
        """Equal for recipes that train the same: where they lie and how they log is left out."""
        said = {k: v for k, v in self.to_json().items() if k not in ("output", "log")}
        return sha256(yaml.safe_dump(said).encode()).hexdigest()[:16]


def shipped() -> list[str]:
    return sorted(f.stem for f in SHIPPED.glob("*.yaml"))


# From text to values that know where they were written


@dataclass(frozen=True, slots=True)
class Said:
    """A value, and where it stands."""

    value: Any
    where: str


def _file(name: str) -> Path:
    if Path(name).is_file():
        return Path(name)
    if name in shipped():
        return SHIPPED / f"{name}.yaml"
    near = get_close_matches(Path(name).stem, shipped(), 1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise UsageError(
        f"there is no recipe {name!r}{hint} Give a YAML file, or one of the shipped: {', '.join(shipped())}"
    )


def _merged(file: Path, depth: int) -> dict[str, Said]:
    """Dotted keys to values, those of the preset first."""
    try:
        node = yaml.compose(file.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
        own = dict(_leaves(node, file, "")) if node else {}
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as e:
        raise UsageError(f"{file} is not YAML that can be read: {e}") from None
    preset = own.pop("preset", None)
    if preset is None:
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
        if value.tag != "tag:yaml.org,2002:null":
            yield from _leaves(value, file, f"{at}.{name}" if at else name)


def _set(said: dict[str, Said], text: str) -> None:
    key, sign, value = text.partition("=")
    key = key.strip().replace("-", "_")
    if not sign or not key:
        raise UsageError(f"--set {text!r}: expected KEY=VALUE, such as train.lr=1e-4")
    try:
        said[key] = Said(yaml.safe_load(value), f"--set {text}")
    except yaml.YAMLError:
        said[key] = Said(value, f"--set {text}")


# From values to dataclasses


def _build(kind: type[Any], said: Mapping[str, Said], at: str) -> Any:
    hints, given = typing.get_type_hints(kind), dict[str, Any]()
    fields = {f.name: f for f in dataclasses.fields(kind)}
    for key, one in said.items():
        name = key.split(".")[0]
        if name not in fields or ("." in key) is not dataclasses.is_dataclass(hints[name]):
            raise UsageError(_unknown(f"{at}{key}", one.where))
    for name, f in fields.items():
        if dataclasses.is_dataclass(hints[name]):
            below = {k.partition(".")[2]: v for k, v in said.items() if k.startswith(f"{name}.")}
            given[name] = _build(typing.cast(type[Any], hints[name]), below, f"{at}{name}.")
        elif name in said:
            given[name] = _value(hints[name], f.metadata, said[name], f"{at}{name}")
    return kind(**given)


def _unknown(key: str, where: str) -> str:
    known = list(keys())
    last = {k.rpartition(".")[2]: k for k in known}
    near = get_close_matches(key, known, 1, 0.7)
    near = near or [last[k] for k in get_close_matches(key.rpartition(".")[2], last, 1, 0.7)]
    hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(known)}"
    return f"{where}: there is no key {key!r}; {hint}"


def keys(kind: type[Any] = Recipe, at: str = "") -> Iterator[str]:
    """Every key of a recipe, dotted."""
    for name, hint in typing.get_type_hints(kind).items():
        if dataclasses.is_dataclass(hint):
            yield from keys(typing.cast(type[Any], hint), f"{at}{name}.")
        else:
            yield f"{at}{name}"


def _value(hint: Any, limits: Mapping[str, Any], said: Said, key: str) -> Any:
    value, optional = said.value, isinstance(hint, types.UnionType)
    if optional:
        hint = next(h for h in typing.get_args(hint) if h is not type(None))
        if value is None:
            return None
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
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise _wrong(said, key, "a number")
    if hint is int and value != int(value):
        raise _wrong(said, key, "a whole number")
    least, most, above = limits["least"], limits["most"], limits["above"]
    if not (least < value if above else least <= value) or value > most:
        bounds = f"a number {'above' if above else 'of at least'} {least}"
        raise _wrong(said, key, bounds + (f" and at most {most}" if most < float("inf") else ""))
    return hint(value)


def _wrong(said: Said, key: str, expected: str) -> UsageError:
    return UsageError(f"{said.where}: {key} is {said.value!r}; expected {expected}")


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, StrEnum) else value
