"""Finds plug-ins, registers them, remembers broken ones. The only file that speaks pluggy."""

import importlib.util
import inspect
import os
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import pluggy

from harness import hooks
from harness.errors import PluginError, UsageError, blame
from harness.offers import Offer, installed

HOOKS = tuple(sorted(n for n in vars(hooks) if n.startswith("harness_")))


@dataclass(frozen=True, slots=True)
class Broken:
    """A plug-in that could not be loaded; shown by `harness plugins`, blamed when missed."""

    name: str
    origin: str
    why: str


class Loader:
    """The registered plug-ins of one process, each asked by itself so that answers have names."""

    def __init__(
        self, files: Sequence[Path] = (), block: Iterable[str] = (), offers: Sequence[Offer] | None = None
    ) -> None:
        self.manager = pluggy.PluginManager("harness")
        self.manager.add_hookspecs(hooks)
        self.broken: dict[str, Broken] = {}
        self.origins: dict[str, str] = {}
        block = set(block)
        found = installed() if offers is None else offers
        self.offers = [o for o in found if o.name not in block]
        self._loaded: dict[str, str] = {}  # module to registered name
        self._tasks: dict[str, dict[str, Any]] = {}  # registered name to its tasks by name
        self.files: set[str] = set()
        for file in files:
            if file.stem not in block:
                self._file(file)

    # Loading

    def _file(self, file: Path) -> None:
        if not file.is_file():
            raise UsageError(f"--plugin {file}: there is no such file")
        stamp = sha256(file.read_bytes()).hexdigest()[:12]
        same = sum(n.split("#")[0] == file.stem for n in self.files)
        name = f"{file.stem}#{same + 1}" if same else file.stem
        self.files.add(name)
        self._try(name, f"{file} sha256:{stamp}", lambda: _module(file))

    def require(self, offer: Offer) -> str:
        """Load what `offer` names and return the name it is registered under."""
        if offer.module not in self._loaded:
            name = offer.name if not self.manager.has_plugin(offer.name) else f"{offer.kind}.{offer.name}"
            if not self._try(name, offer.origin, offer.load):
                raise self.blamed(name)
            self._loaded[offer.module] = name
        return self._loaded[offer.module]

    def load_all(self, kinds: Iterable[str]) -> None:
        """Load every plug-in of these kinds; broken ones are remembered."""
        for offer in [o for o in self.offers if o.kind in set(kinds)]:
            if offer.name not in self.broken:
                try:
                    self.require(offer)
                except PluginError:
                    continue

    def _try(self, name: str, origin: str, load: Any) -> bool:
        try:
            self.register(load(), name, origin)
        except (Exception, SystemExit) as e:  # also a script that was never meant to be imported
            why = str(e) if isinstance(e, PluginError) else f"{type(e).__name__}: {e}"
            self.broken[name] = Broken(name, origin, why)
            return False
        return True

    def register(self, plugin: object, name: str, origin: str = "here") -> None:
        """Register, refusing what pluggy alone lets pass: misspelt, unmarked and defaulted hooks."""
        for hook in (n for n in dir(plugin) if n.startswith("harness_")):
            call = getattr(plugin, hook)
            if inspect.isroutine(call):
                _check(hook, call)
        if self.manager.has_plugin(name):
            both = f"{self.origins.get(name, 'here')} and {origin}"
            raise PluginError(f"two plug-ins are called {name!r}: {both}; block or rename one")
        self.manager.register(plugin, name)
        self.origins[name] = origin

    def blamed(self, name: str) -> PluginError:
        """The error that says why a broken plug-in is not there."""
        b = self.broken[name]
        leave = f"mend it, or do without it: --no-plugin {b.name}"
        return PluginError(f"plug-in {b.name!r} ({b.origin}) did not load: {b.why}; {leave}")

    # Asking

    def each(self, hook: str, /, **given: object) -> Iterator[tuple[str, Any]]:
        """Every answer item, with the name of the plug-in that gave it."""
        for name in self.named(hook):
            for item in self.ask(name, hook, **given) or ():
                yield name, item

    def first(self, hook: str, /, **given: object) -> tuple[str, Any] | None:
        """The first answer that is not None, newest plug-in first, with its giver's name."""
        for name in reversed(self.named(hook)):
            if (answer := self.ask(name, hook, **given)) is not None:
                return name, answer
        return None

    def tell(self, hook: str, /, **given: object) -> list[PluginError]:
        """Call listeners; one that raises is reported, never obeyed."""
        failures = []
        for name in self.named(hook):
            try:
                self.ask(name, hook, **given)
            except PluginError as e:
                failures.append(e)
        return failures

    def ask(self, name: str, hook: str, /, **given: object) -> Any:
        """One plug-in's answer."""
        others = [p for n, p in self.manager.list_name_plugin() if n != name]
        caller = self.manager.subset_hook_caller(hook, others)
        with blame(name, hook):
            answer = caller(**given)
            if isinstance(answer, list):  # a hook of many answers: this plug-in's is the only one
                answer = [item for offered in answer for item in (offered or ())]
        if os.environ.get("HARNESS_TRACE"):
            said = ", ".join(f"{k}={v!r}" for k, v in given.items())
            print(f"trace: {name}: {hook}({said}) -> {answer!r}", file=sys.stderr)  # noqa: T201
        return answer

    def named(self, hook: str) -> list[str]:
        """The registered plug-ins that implement `hook`, oldest first."""
        impls = {id(i.plugin) for i in getattr(self.manager.hook, hook).get_hookimpls()}
        return [n for n, p in self.manager.list_name_plugin() if id(p) in impls]

    def hooks_of(self, name: str) -> list[str]:
        """The hooks a registered plug-in implements."""
        return [h for h in HOOKS if name in self.named(h)]


def _check(hook: str, call: Any) -> None:
    marks = getattr(call, "harness_impl", None)
    if marks is None:
        raise PluginError(f"{hook} is not marked; put @hookimpl (from harness import hookimpl) above it")
    if hook not in HOOKS and not marks["optionalhook"]:
        near = get_close_matches(hook[8:], [h[8:] for h in HOOKS], 1)  # all begin with harness_
        hint = f"did you mean 'harness_{near[0]}'?" if near else f"the hooks are {', '.join(HOOKS)}"
        raise PluginError(f"there is no hook {hook!r}; {hint}")
    for p in inspect.signature(call).parameters.values():
        if p.default is not p.empty:
            raise PluginError(f"{hook} gives its argument {p.name!r} a default; take it away")


def _module(file: Path) -> ModuleType:
    """Import a file under a name no other module can have."""
    name = f"harness_file_{file.stem}_{zlib.crc32(str(file.resolve()).encode()):x}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise UsageError(f"--plugin {file}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
