"""The typed face of the plug-ins: the rest of the harness asks for nouns, never for hooks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.errors import PluginError, UsageError, blame
from harness.loader import Broken, Loader
from harness.near import suggest
from harness.offers import Offer

if TYPE_CHECKING:
    from harness.executor import Executor
    from harness.exporter import Exporter
    from harness.model import Model, ModelOptions
    from harness.sandbox import SandboxProvider
    from harness.strategy import Factory
    from harness.task import Task

GROUPS = {"web": ("webshop", "mind2web"), "games": ("household", "cards", "puzzles")}
"""Groups of tasks (DESIGN section 2); a task that names its group joins it too."""


class Plugins(Loader):
    """Tasks, strategies, models, sandboxes, executors and exporters by name."""

    def names(self, kind: str) -> list[str]:
        """The names of a kind, from metadata; of plug-in files only tasks can be listed."""
        names = {o.name for o in self.offers if o.kind == kind}
        if kind == "tasks":
            names |= set(self._loaded_tasks())
        return sorted(names)

    def task(self, name: str) -> "Task":
        """The task called `name`; two of that name are an error that names both."""
        for offer in self._offers("tasks", name):
            self.require(offer)
        loaded = self._loaded_tasks()
        if name in loaded:
            return loaded[name]
        raise self._missing("tasks", name)

    def expand_tasks(self, wanted: Sequence[str]) -> list[str]:
        """Task names for names and groups, in order, each once. Raises `UsageError` for typos."""
        names: list[str] = []
        for want in wanted:
            group = [n for n in GROUPS.get(want, ()) if n in self.names("tasks")]
            group += [t.name for t in self._loaded_tasks().values() if t.group == want]
            if not group and want not in self.names("tasks"):
                raise self._missing("tasks", want)
            names += [n for n in (group or [want]) if n not in names]
        return names

    def strategy(self, name: str) -> "Factory":
        answer: Factory = self._one("strategies", "harness_strategy", name, name=name)
        return answer

    def model(self, name: str, options: "ModelOptions") -> "Model":
        provider = name.split("/")[0].split("+")[0]
        answer: Model = self._one("models", "harness_model", provider, name=name, options=options)
        return answer

    def sandbox(self, spec: str) -> "SandboxProvider":
        answer: SandboxProvider = self._one("sandboxes", "harness_sandbox", spec.split(":")[0], spec=spec)
        return answer

    def executor(self, name: str) -> "Executor":
        answer: Executor = self._one("executors", "harness_executor", name, name=name)
        return answer

    def exporter(self, format: str) -> "Exporter":
        answer: Exporter = self._one("exporters", "harness_exporter", format, format=format)
        return answer

    # How the answers are found

    def _one(self, kind: str, hook: str, wanted: str, /, **given: object) -> Any:
        """A plug-in given by file first, then the installed one that offers `wanted`."""
        if (answer := self.first(hook, **given)) is not None:
            return answer[1]
        for offer in self._offers(kind, wanted):
            plugin = self.require(offer)
            if (found := self.ask(plugin, hook, **given)) is not None:
                return found
            raise PluginError(f"plug-in {plugin!r} offers {wanted!r} but its {hook} answered None")
        raise self._missing(kind, wanted)

    def _offers(self, kind: str, name: str) -> list[Offer]:
        offers = [o for o in self.offers if o.kind == kind and o.name == name]
        if len({o.module for o in offers}) > 1:
            both = " and ".join(f"{o.origin} ({o.module})" for o in offers)
            raise PluginError(f"{name!r} in {kind} is offered twice: by {both}; uninstall or rename one")
        return offers

    def origin_of(self, task: str) -> str:
        """Where a loaded task comes from."""
        self._loaded_tasks()
        return self.origins.get(self._owners.get(task, ""), "here")

    def _loaded_tasks(self) -> "dict[str, Task]":
        found: dict[str, Task] = {}
        self._owners: dict[str, str] = {}
        for plugin in self.named("harness_tasks"):
            for name, task in self._tasks_of(plugin).items():
                if name in found and self._owners[name] != plugin:
                    raise self._twice(name, self.origins.get(self._owners[name], self._owners[name]), plugin)
                if plugin in self.origins and self._promised_elsewhere(name, plugin):
                    raise self._twice(name, self._offers("tasks", name)[0].origin, plugin)
                found[name], self._owners[name] = task, plugin
        return found

    def _tasks_of(self, plugin: str) -> "dict[str, Task]":
        """A plug-in's tasks, asked for once; one that fails to say is remembered as broken."""
        if plugin not in self._tasks:
            self._tasks[plugin] = {}
            try:
                with blame(plugin, "harness_tasks"):
                    answers = self.ask(plugin, "harness_tasks") or ()
                    self._tasks[plugin] = {task.name: task for task in answers}
            except PluginError as e:
                self.broken[plugin] = Broken(plugin, self.origins.get(plugin, "here"), str(e))
        return self._tasks[plugin]

    def _twice(self, name: str, origin: str, plugin: str) -> PluginError:
        both = f"{origin} and {self.origins.get(plugin, plugin)}"
        return PluginError(f"task {name!r} comes from both {both}; rename one, or leave one out: --no-plugin")

    def _promised_elsewhere(self, name: str, plugin: str) -> bool:
        offers = self._offers("tasks", name)
        return bool(offers) and self.origins[plugin] != offers[0].origin

    def _missing(self, kind: str, name: str) -> Exception:
        if name in self.broken:
            return self.blamed(name)
        known = self.names(kind)
        one = {"strategies": "strategy", "sandboxes": "sandbox"}.get(kind, kind[:-1])
        broken = "".join(f"\n{self.blamed(b)}" for b in self.broken)
        text = f"there is no {one} {name!r}; {suggest(name, known)}{broken}"
        return PluginError(text) if self.broken.keys() & self.files else UsageError(text)
