"""Each hook as `harness/hooks.py` describes it, and how the loader asks plug-ins."""

from collections.abc import Iterable
from types import ModuleType
from typing import Any

import click
import pytest

from harness import Event, ModelOptions, PluginError, Strategy, Task, UsageError, hookimpl
from harness.host import Plugins


def module(**functions: Any) -> ModuleType:
    """A plug-in made of functions."""
    made = ModuleType("made_in_a_test")
    vars(made).update(functions)
    return made


def hooked(**hooks: Any) -> ModuleType:
    """A plug-in made of hooks."""
    return module(**{name: hookimpl(function) for name, function in hooks.items()})


@pytest.fixture
def plugins() -> Plugins:
    return Plugins(offers=[])


def task(name: str) -> type[Task]:
    made = type(name, (Task,), {"name": name})
    made.__abstractmethods__ = frozenset()  # only its name is looked at
    return made


def test_harness_tasks_are_joined_and_asked_for_once(plugins: Plugins) -> None:
    asked = []

    def offers() -> Iterable[Task]:
        asked.append(1)
        yield task("nim")()
        yield task("go")()

    plugins.register(hooked(harness_tasks=offers), "games")
    plugins.register(hooked(harness_tasks=lambda: [task("sums")()]), "numbers")
    assert plugins.names("tasks") == ["go", "nim", "sums"]
    assert plugins.task("nim") is plugins.task("nim")
    assert asked == [1]


def test_harness_tasks_of_one_name_are_an_error_that_names_both_plugins(plugins: Plugins) -> None:
    for name in ("one", "two"):
        plugins.register(hooked(harness_tasks=lambda: [task("nim")()]), name, f"{name}.py")
    with pytest.raises(PluginError, match=r"'nim' comes from both one\.py and two\.py"):
        plugins.task("nim")


def test_harness_tasks_that_raise_affect_no_other_plugin(plugins: Plugins) -> None:
    plugins.register(hooked(harness_tasks=lambda: [task("nim")()]), "good")
    plugins.register(hooked(harness_tasks=lambda: 1 / 0), "bad")
    assert plugins.names("tasks") == ["nim"]
    with pytest.raises(PluginError, match="plug-in 'bad' failed in harness_tasks: ZeroDivisionError"):
        plugins.task("bad")


def test_harness_strategy_is_asked_newest_first_and_none_passes_on(plugins: Plugins) -> None:
    first, second = type("First", (Strategy,), {}), type("Second", (Strategy,), {})
    plugins.register(hooked(harness_strategy=lambda name: first), "old")
    plugins.register(hooked(harness_strategy=lambda name: second if name == "mine" else None), "new")
    assert plugins.strategy("mine") is second
    assert plugins.strategy("other") is first


def test_harness_model_gets_the_whole_name_and_may_refuse_in_its_own_words(plugins: Plugins) -> None:
    def build(name: str, options: ModelOptions) -> Any:
        if name != "mine/7b":
            raise UsageError(f"{name}: there is only mine/7b")
        return options.base_url

    plugins.register(hooked(harness_model=build), "mine")
    assert plugins.model("mine/7b", ModelOptions("http://here")) == "http://here"
    with pytest.raises(UsageError, match="there is only mine/7b"):
        plugins.model("mine/8b", ModelOptions())


def test_harness_model_that_breaks_is_blamed(plugins: Plugins) -> None:
    def build(name: str) -> None:
        raise KeyError("weights")

    plugins.register(hooked(harness_model=build), "mine")
    with pytest.raises(PluginError, match="plug-in 'mine' failed in harness_model: KeyError: 'weights'"):
        plugins.model("mine", ModelOptions())


def test_harness_sandbox_gets_the_spec_with_what_follows_the_colon(plugins: Plugins) -> None:
    plugins.register(hooked(harness_sandbox=lambda spec: f"a box of {spec}"), "boxes")
    assert plugins.sandbox("docker:debian:12") == "a box of docker:debian:12"


def test_harness_executor_is_found_by_name_and_a_typo_gets_a_suggestion(plugins: Plugins) -> None:
    plugins.register(hooked(harness_executor=lambda name: "here" if name == "mine" else None), "mine")
    assert plugins.executor("mine") == "here"
    with pytest.raises(UsageError, match="there is no executor 'locall'; did you mean 'local'"):
        Plugins().executor("locall")


def test_harness_exporter_is_found_by_format(plugins: Plugins) -> None:
    plugins.register(hooked(harness_exporter=lambda format: format.upper()), "writers")
    assert plugins.exporter("csv") == "CSV"


def test_harness_commands_may_add_to_the_command_line(plugins: Plugins) -> None:
    group = click.Group("harness")
    plugins.register(hooked(harness_commands=lambda cli: cli.add_command(click.Command("squawk"))), "parrot")
    plugins.register(hooked(harness_commands=lambda cli: 1 / 0), "bad")
    (failure,) = plugins.tell("harness_commands", cli=group)
    assert "plug-in 'bad' failed in harness_commands" in str(failure)
    assert "squawk" in group.commands


def test_harness_event_reaches_every_listener_although_one_raises(plugins: Plugins) -> None:
    heard: list[Event] = []
    plugins.register(hooked(harness_event=lambda event: heard.append(event)), "ear")
    plugins.register(hooked(harness_event=lambda event: 1 / 0), "deaf")
    failures = plugins.tell("harness_event", event=Event("done"))
    assert [e.kind for e in heard] == ["done"]
    assert ["plug-in 'deaf' failed in harness_event" in str(f) for f in failures] == [True]


def test_harness_done_is_told_to_those_who_take_no_argument_too(plugins: Plugins) -> None:
    calls = []
    plugins.register(hooked(harness_done=lambda: calls.append("done")), "bell")
    assert plugins.tell("harness_done", run=None) == []
    assert calls == ["done"]


# What the loader refuses, and how it says so


@pytest.mark.parametrize(
    ("plugin", "why"),
    [
        (module(harness_tasks=lambda: ()), "harness_tasks is not marked; put @hookimpl"),
        (hooked(harness_modle=lambda name: None), "no hook 'harness_modle'; did you mean 'harness_model'"),
        (hooked(harness_x9=lambda: None), "no hook 'harness_x9'; the hooks are harness_commands"),
        (hooked(harness_model=lambda name="x": None), "gives its argument 'name' a default; take it away"),
        (hooked(harness_model=lambda nam: None), r"\{.nam.\} are declared in the hookimpl"),
    ],
)
def test_a_plugin_that_does_not_fit_is_refused(plugins: Plugins, plugin: object, why: str) -> None:
    with pytest.raises(Exception, match=why):
        plugins.register(plugin, "bad")
    assert plugins.manager.list_name_plugin() == [], "and leaves nothing behind"


def test_a_hook_of_a_newer_harness_is_let_through_when_marked_optional(plugins: Plugins) -> None:
    newer = module(harness_tomorrow=hookimpl(optionalhook=True)(lambda: None))
    plugins.register(newer, "newer")
    assert plugins.hooks_of("newer") == []
