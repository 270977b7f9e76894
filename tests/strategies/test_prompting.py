"""act, cot and react: one line of advice a turn, and no more."""

import importlib
from types import SimpleNamespace
from typing import Any

import pytest

from harness import Observation, Settings, Strategy, TextRules
from tests.strategies.conftest import Line, Scripted, run

NAMES = ["act", "cot", "react", "self-consistency", "multibranch", "backtrack", "decompose", "tmbr"]


def module(name: str) -> Any:
    return importlib.import_module(f"harness.plugins.strategies.{name.replace('-', '_')}")


@pytest.mark.parametrize("name", NAMES)
def test_each_module_answers_to_its_own_name_only(name: str) -> None:
    assert [n for n in NAMES if module(name).harness_strategy(n) is not None] == [name]


@pytest.mark.parametrize("name", NAMES)
def test_each_strategy_is_documented_with_its_source_and_every_option(name: str) -> None:
    from harness.strategy import options

    factory = module(name).harness_strategy(name)
    assert "Source:" in factory.__doc__
    if isinstance(factory, type):
        assert all(f"    {option} " in factory.__doc__ for option in options(factory))


@pytest.mark.parametrize("name", ["act", "cot", "react"])
@pytest.mark.parametrize("protocol", ["text", "tools"])
def test_advice_is_compact_and_speaks_the_protocol(name: str, protocol: str) -> None:
    rules = TextRules("Walk.")
    rules.protocol = protocol
    model = Scripted(["right"])
    run([module(name).harness_strategy(name)()], model, rules=rules)
    advice = model.asked("act")[0].removeprefix("Walk.\n\nWalk to 3. You are at 0.")
    assert 10 < len(advice) < 130
    assert ("tool" in advice) == (protocol == "tools")


def first_prompt(strategy: Strategy, rules: TextRules) -> str:
    model = Scripted(["right"])
    run([strategy], model, rules=rules)
    return model.asked("act")[0]


@pytest.mark.parametrize(
    "asks", ["Write a thought, then an action.", "Think: ...\nAction: ...", "Reason first."]
)
def test_react_adds_nothing_where_the_prompt_already_asks_for_thoughts(asks: str) -> None:
    rules = TextRules(asks)
    assert first_prompt(module("react").React(), rules) == first_prompt(Strategy(), rules)


def test_react_does_not_take_the_problem_for_the_prompt() -> None:
    class Riddle(Line):
        def reset(self) -> Observation:
            return Observation("What did Socrates think?")

    model = Scripted(["right"])
    run([module("react").React()], model, world=Riddle, rules=TextRules("Walk."))
    assert "short thought" in model.asked("act")[0]


@pytest.mark.parametrize("task", ["db", "os"])
@pytest.mark.parametrize("profile", ["v0.2", "fc"])
def test_react_leaves_agentbenchs_prompts_as_they_are(task: str, profile: str) -> None:
    (offered,) = importlib.import_module(f"harness.tasks.{task}").harness_tasks()
    rules = offered.rules(Settings(profile=profile, protocol=offered.protocol(profile)))
    react = module("react").React()
    react.plan(SimpleNamespace(rules=rules))
    assert react.advise(None, SimpleNamespace(rules=rules)) is None
