"""`--interface renamed`: the same task behind other names."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness import FormatError, Message, Observation, Reply, ToolCall, UsageError
from harness.host import Plugins
from harness.interface import Exchange, RenamedRules, Renames
from harness.plan import PlannedTask, plan_task
from harness.spec import RunSpec
from harness.testing import audit_task, harness

WORDS = Exchange.of({"take": "grab", "go to": "head for", "Action:": "Order:"})


def planned(task: str, protocol: str, **options: str) -> PlannedTask:
    spec = RunSpec((task,), "oracle", protocol=protocol, task_options={"interface": "renamed", **options})
    return plan_task(Plugins(), spec, task, [])


@given(
    st.text()
    | st.lists(st.sampled_from(["take", "Grab", "Go to", "Order:", "action: ", " ", "x"])).map("".join)
)
def test_an_exchange_undoes_itself(text: str) -> None:
    assert WORDS(WORDS(text)) == text


def test_words_are_exchanged_only_where_they_stand_alone() -> None:
    assert WORDS("Take it; mistaken intake. take_action") == "Grab it; mistaken intake. take_action"


def test_a_word_in_two_pairs_is_refused() -> None:
    with pytest.raises(ValueError, match="two pairs"):
        Exchange.of({"take": "grab", "fetch": "Take"})


@pytest.mark.parametrize("protocol", ["text", "tools"])
@pytest.mark.parametrize("task", ["db", "kg", "webshop", "mind2web", "household", "cards", "puzzles"])
def test_a_renamed_task_is_as_fair_as_the_plain_one(task: str, protocol: str) -> None:
    audit_task(task, limit="3", protocol=protocol, task_options={"interface": "renamed"})


def test_the_agent_reads_and_writes_the_new_words_only() -> None:
    one = planned("db", "text")
    prompt = "\n".join(m.content for m in one.rules.prompt(Observation("Problem")))
    assert "Step: Query" in prompt and "Action: Operation" not in prompt
    (action,) = one.rules.parse(Reply('Step: Result\nThe Result: ["Action: Operation"]'))
    assert action.arguments["answers"] == ["Step: Query"]  # the one thing that no answer may hold


def test_a_reply_in_the_old_words_is_corrected_in_the_new_ones() -> None:
    rules = planned("household", "text").rules
    with pytest.raises(FormatError) as refused:
        rules.parse(Reply("Action: dance"))
    (correction,) = rules.feedback(Reply("Action: dance"), [(None, rules.mistake(refused.value))])
    assert "Order: <" in correction.content and "Action:" not in correction.content


@pytest.mark.parametrize(
    ("task", "form"),
    [
        ("db", "Step: Query\n```sql"),
        ("os", "commands between ```bash and ```; `Do: report(the answer)`; `Do: close`"),
        ("kg", "Call: <tool>(<arguments>)\nor\nFound: #<number>"),
        ("household", "Order: <action>"),
    ],
)
def test_a_correction_shows_the_new_form_to_the_letter(task: str, form: str) -> None:
    rules = planned(task, "text").rules
    with pytest.raises(FormatError) as refused:
        rules.parse(Reply("I do not know."))
    (correction,) = rules.feedback(Reply("I do not know."), [(None, rules.mistake(refused.value))])
    assert form in correction.content


@pytest.mark.parametrize("quote", ["'", '"'])
def test_a_field_of_a_move_is_renamed_in_either_quotes(quote: str) -> None:
    move = "{'chosen_fish': 'spray', 'manner': 'normal', 'slot_number': 0}".replace("'", quote)
    (action,) = planned("cards", "text").rules.parse(Reply(move))
    assert action.arguments == {"pick_fish": "spray", "action": "normal", "target_position": "0"}


@pytest.mark.parametrize("protocol", ["text", "tools"])
def test_the_renamed_cards_speak_of_the_new_names_only(protocol: str) -> None:
    one = planned("cards", protocol)
    world = one.task.open(one.samples[0], one.settings)
    prompt = "\n".join(m.content for m in one.rules.prompt(world.reset()))
    assert not re.search(r"pick_fish|guess_type|target_position|\"action\"|\baction is\b", prompt)
    assert "slot_number" in prompt


def test_tools_and_their_arguments_are_renamed_and_what_they_hold_is_not() -> None:
    rules = planned("os", "tools").rules
    assert [t.name for t in rules.tools] == ["run_lines", "report_value", "close_case"]
    script = "echo answer; bash -c 'cat script'"
    (action,) = rules.parse(Reply("", (ToolCall("1", "run_lines", json.dumps({"lines": script})),)))
    assert (action.name, action.arguments["script"]) == ("bash", script)
    (shown,) = rules.feedback(rules.write(action), [(action, Observation("the answer is bash"))])
    assert "the answer is bash" in shown.content


def test_the_old_tools_are_unknown() -> None:
    rules = planned("os", "tools").rules
    call = ToolCall("1", "bash", '{"script": "ls"}')
    with pytest.raises(FormatError) as refused:
        rules.parse(Reply("", (call,)))
    assert "run_lines" in rules.mistake(refused.value).text


def test_a_view_that_looks_for_its_own_words_finds_them() -> None:
    one = planned("household", "text")
    world = one.task.open(one.samples[0], one.settings)
    messages = one.rules.prompt(world.reset())
    reply = Reply("Order: look")
    (action,) = one.rules.parse(reply)
    messages += [reply.message, *one.rules.feedback(reply, [(action, world.step(action))])]
    lists = [m for m in one.rules.view(messages) if "Available actions" in m.content]
    assert len(lists) == 1 and "head for" in lists[0].content


def test_what_the_agent_wrote_is_shown_to_it_as_it_wrote_it() -> None:
    one = planned("household", "text")
    said = Reply("GO TO shelf 1 and tAKE it.\n\nAvailable actions: none of these\nOrder: look").message
    messages = [*one.rules.prompt(Observation("A room.")), said, Message("user", "Nothing happens.")]
    assert said in one.rules.view(messages)


def test_the_content_hash_differs_in_what_differs() -> None:
    plain = plan_task(Plugins(), RunSpec(("db",), "oracle"), "db", []).record()
    renamed = planned("db", "text").record()
    differing = {k for k, v in plain.fingerprint.items() if renamed.fingerprint[k] != v}
    assert differing == {"prompts"}
    assert renamed.protocol == "text, renamed"


def test_a_task_without_the_variant_says_so() -> None:
    done = harness("run", "--tasks", "db", "--profile", "v0.2", "--interface", "renamed", "--dry-run")
    assert done.code == 2 and "no renamed interface under v0.2" in done.err


def test_an_unknown_interface_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="there are plain and renamed"):
        planned("db", "text", interface="upside-down")


def test_arguments_that_are_no_json_reach_the_rules_as_they_are() -> None:
    rules = planned("db", "tools").rules
    assert isinstance(rules, RenamedRules)
    with pytest.raises(FormatError, match="not valid JSON"):
        rules.parse(Reply("", (ToolCall("1", "query_tables", "{"),)))
    assert Renames().words == {}
