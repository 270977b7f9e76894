"""Mind2Web's ranking of candidates: `scores_all_data.pkl`, or the same object as `scores_all_data.json`.

The pickle is read by an unpickler that calls nothing but the few harmless things listed here. Scores that
are NumPy's numbers are read without NumPy.
"""

import json
import pickle
import struct
from collections import OrderedDict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from harness import UsageError

_FORMATS = {"f2": "e", "f4": "f", "f8": "d", "i4": "i", "i8": "q"}
"""NumPy's names of numbers to those of `struct`."""


class _Kind:
    """What `numpy.dtype` becomes: how a number is written."""

    def __init__(self, name: Any = "", *rest: Any) -> None:
        self.name, self.order = str(name), "<"

    def __setstate__(self, state: Any) -> None:
        self.order = ">" if state[1] == ">" else "<"


def _number(kind: Any, data: Any) -> float:
    """What `numpy.core.multiarray.scalar` becomes."""
    raw = data.encode("latin-1") if isinstance(data, str) else bytes(data)
    return float(struct.unpack(kind.order + _FORMATS[kind.name], raw)[0])


def _encoded(text: Any, encoding: Any = "latin1") -> bytes:
    """What `_codecs.encode` becomes: bytes in pickles that Python 2 can read."""
    return str(text).encode("latin-1")


_HARMLESS: Final[Mapping[tuple[str, str], Callable[..., Any]]] = {
    ("numpy.core.multiarray", "scalar"): _number,
    ("numpy._core.multiarray", "scalar"): _number,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _encoded,
    ("builtins", "dict"): dict,
    ("__builtin__", "dict"): dict,
    ("collections", "OrderedDict"): OrderedDict,
    ("collections", "defaultdict"): lambda *factory: {},
}


class Plain(pickle.Unpickler):
    """Reads containers, numbers and text; refuses everything that would call other code."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _HARMLESS:
            raise pickle.UnpicklingError(f"holds a {module}.{name}, which is not loaded")
        return _HARMLESS[module, name]


def read_scores(folder: Path) -> Mapping[str, Mapping[str, float]]:
    """Step name to candidate to score, or nothing where there is no file. Raises `UsageError`."""
    for path in sorted(folder.rglob("scores_all_data.*")):
        try:
            with path.open("rb") as file:
                read = json.load(file) if path.suffix == ".json" else Plain(file).load()
            return {str(k): {str(c): float(x) for c, x in v.items()} for k, v in read["scores"].items()}
        except Exception as e:  # a broken pickle may raise almost anything
            raise UsageError(
                f"{path}: not read ({type(e).__name__}: {e}); expected plain "
                '{"scores": {"ANNOTATION_ACTION": {"NODE": number}}}; as scores_all_data.json it can be '
                "given too"
            ) from None
    return {}
