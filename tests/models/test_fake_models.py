"""The fakes: oracle, random, silent, scripted."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from harness.plugins.models import oracle, scripted, silent
from harness.plugins.models import random as dice
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import (
    Action,
    Environment,
    Episode,
    Generation,
    Message,
    ModelError,
    ModelOptions,
    Reply,
    Request,
    Rules,
    Sample,
    Settings,
    Task,
    TextRules,
    ToolCall,
    UsageError,
)


class Climb(Task):
    """Three steps up."""

    name = "climb"

    def __init__(self, *solution: str) -> None:
        self.solution = solution

    def samples(self, split: str) -> list[Sample]:
        return [Sample("0", split)]

    def rules(self, settings: Settings) -> Rules:
        return TextRules("Climb.")

    def open(self, sample: Sample, settings: Settings) -> Environment:
        raise NotImplementedError

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        return [Action("act", {"input": s}) for s in self.solution]

    def random_action(self, sample: Sample, random: Random) -> Action:
        return Action("act", {"input": str(random.randrange(10**6))})


def episode(*solution: str, key: str = "climb/0#1", seed: int = 100) -> Episode:
    task, settings = Climb(*solution), Settings()
    return Episode(key, task, Sample("0", "test"), task.rules(settings), settings, seed)


def said(model: Any, at: Episode, call: int = 0, **fields: Any) -> list[Reply]:
    request = Request((Message("user", "?"),), generation=Generation(seed=at.seed + call), **fields)
    return list(asyncio.run(model.bind(at).generate(request)).replies)


def texts(replies: list[Reply]) -> list[str]:
    return [r.text for r in replies]


# oracle


def test_the_oracle_plays_the_expert_s_action_of_each_turn() -> None:
    model = oracle.harness_model("oracle", ModelOptions())
    at = episode("up", "on", "top")
    assert [said(model, at, turn=t)[0].text for t in range(5)] == [
        "Action: up",
        "Action: on",
        "Action: top",
        "Action: top",
        "Action: top",
    ]


def test_the_oracle_finds_its_place_by_the_path_and_not_by_the_calls() -> None:
    model = oracle.harness_model("oracle", ModelOptions()).bind(at := episode("up", "on"))
    assert texts(said(model, at, turn=1) + said(model, at, turn=0)) == ["Action: on", "Action: up"]


def test_the_oracle_agrees_with_every_judge_and_planner() -> None:
    model, at = oracle.harness_model("oracle", ModelOptions()), episode("up")
    assert texts(said(model, at, purpose="judge", candidates=4)) == ["1"]
    assert texts(said(model, at, purpose="judge")) == ["Yes"]
    assert len(said(model, at, purpose="plan")[0].text.splitlines()) == 3
    assert len(said(model, at, n=3)) == 3


def test_a_sample_without_an_expert_is_an_error_and_no_zero() -> None:
    with pytest.raises(ModelError, match="no expert for sample '0'"):
        said(oracle.harness_model("oracle", ModelOptions()), episode())


@pytest.mark.parametrize("plugin, name", [(oracle, "oracle"), (dice, "random")])
def test_a_model_that_knows_no_episode_says_so(plugin: Any, name: str) -> None:
    with pytest.raises(ModelError, match="outside an episode"):
        asyncio.run(plugin.harness_model(name, ModelOptions()).generate(Request(())))


# random and silent


def test_random_actions_repeat_with_the_seed_and_differ_between_calls() -> None:
    model, at = dice.harness_model("random", ModelOptions()), episode()
    first = texts(said(model, at, 0, n=4))
    assert first == texts(said(model, at, 0, n=4))
    assert len(set(first)) == 4
    assert set(first).isdisjoint(texts(said(model, at, 1, n=4)))
    assert set(first).isdisjoint(texts(said(model, episode(key="climb/1#1"), 0, n=4)))


def test_a_resumed_episode_plays_the_random_actions_of_an_unbroken_one() -> None:
    whole = dice.harness_model("random", ModelOptions()).bind(at := episode())
    unbroken = [texts(said(whole, at, call)) for call in range(3)]
    assert texts(said(dice.harness_model("random", ModelOptions()), at, 2)) == unbroken[2]


def test_a_random_judge_picks_any_candidate() -> None:
    model, at = dice.harness_model("random", ModelOptions()), episode()
    picks = {said(model, at, c, purpose="judge", candidates=3)[0].text for c in range(60)}
    assert picks == {"1", "2", "3"}
    assert {said(model, at, c, purpose="judge")[0].text for c in range(60)} == {"Yes", "No"}


def test_silence_is_empty_text_as_often_as_asked() -> None:
    assert texts(said(silent.harness_model("silent", ModelOptions()), episode(), n=2)) == ["", ""]


def test_fakes_answer_to_their_own_name_only() -> None:
    for plugin in (oracle, dice, silent, scripted):
        assert plugin.harness_model("openai/oracle", ModelOptions()) is None


# scripted


def script(folder: Path, *lines: Any, **args: str) -> Any:
    file = folder / "script.jsonl"
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return scripted.harness_model(f"scripted/{file}", ModelOptions(args=args))


def test_a_script_answers_its_lines_in_every_episode(tmp_path: Path) -> None:
    model = script(tmp_path, {"text": "one"}, "", {"text": "two"})
    for key in ("a/0#1", "a/1#1"):
        at = episode(key=key)
        assert [said(model, at, call)[0].text for call in (0, 1)] == ["one", "two"]


def test_a_script_finds_its_place_in_a_resumed_episode(tmp_path: Path) -> None:
    assert texts(said(script(tmp_path, {"text": "one"}, {"text": "two"}), episode(), 1)) == ["two"]


def test_several_replies_are_one_line(tmp_path: Path) -> None:
    model = script(tmp_path, [{"text": "a"}, {"text": "b"}], {"text": "c"})
    assert texts(said(model, episode(), 0, n=3)) == ["a", "b", "a"]
    assert texts(said(model, episode(), 1, n=2)) == ["c", "c"]


def test_tool_calls_are_scripted_as_objects_or_raw_text(tmp_path: Path) -> None:
    calls = [{"name": "look", "arguments": {"at": "sky"}}, {"id": "x", "name": "look", "arguments": "{"}]
    (reply,) = said(script(tmp_path, {"tool_calls": calls}), episode())
    assert reply.tool_calls == (ToolCall("call_0", "look", '{"at": "sky"}'), ToolCall("x", "look", "{"))
    assert reply.finish == "tool_calls"


def test_an_episode_may_have_a_script_of_its_own(tmp_path: Path) -> None:
    own = {"episode": "a/1#1", "replies": [{"text": "own"}]}
    model = script(tmp_path, {"text": "common"}, own)
    assert texts(said(model, episode(key="a/0#1"))) == ["common"]
    assert texts(said(model, episode(key="a/1#1"))) == ["own"]


def test_the_end_of_a_script_is_an_error_unless_it_may_repeat(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="1 answers for climb/0#1, and was called once more"):
        said(script(tmp_path, {"text": "one"}), episode(), 1)
    assert texts(said(script(tmp_path, {"text": "one"}, end="repeat"), episode(), 7)) == ["one"]


@pytest.mark.parametrize(
    "line, told",
    [
        ("{", "expected"),
        ('{"txt": "a"}', "is no reply"),
        ('{"text": 3}', "is no string"),
        ('{"text": "a", "role": "user"}', "unknown field 'role'"),
        ('{"tool_calls": [{"arguments": {}}]}', "'name' is missing"),
        ('{"episode": "a", "answers": []}', "unknown field 'answers'"),
        ('{"episode": "a"}', "'replies' is missing"),
        ("[]", "empty list"),
        ("null", "is no reply"),
    ],
)
def test_a_bad_line_is_told_with_file_and_number(tmp_path: Path, line: str, told: str) -> None:
    with pytest.raises(UsageError, match=rf"script\.jsonl:2: .*{told}"):
        script(tmp_path, {"text": "fine"}, line)


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        scripted.harness_model(f"scripted/{tmp_path / 'none'}", ModelOptions())


fields = st.sampled_from(["text", "tool_calls", "name", "x"])
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(fields, inner),
)


@settings(deadline=None)  # machines are shared
@given(anything)
def test_any_json_is_a_reply_or_a_usage_error(tmp_path_factory: pytest.TempPathFactory, line: Any) -> None:
    try:
        model = script(tmp_path_factory.getbasetemp(), json.dumps(line))
    except UsageError:
        return
    assert all(isinstance(r.text, str) for r in said(model, episode()))
