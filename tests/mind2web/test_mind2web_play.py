"""How a task goes: questions, the tournament, replies, and what is earned."""

from harness.tasks.web.mind2web.environment import Mind2WebEnvironment, expert
from harness.tasks.web.mind2web.rules import questions
from harness.tasks.web.mind2web.samples import Step, WebSample
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, Message, Settings, Status, ToolCall

PAGE = '<html backend_node_id="0"><body backend_node_id="1"><p backend_node_id="2">Days</p>{}</body></html>'
LINKS = "".join(f'<a backend_node_id="{n}">Link {n}</a>' for n in range(10, 30))
HTML = PAGE.format(f'{LINKS}<input backend_node_id="40" name="day">')
NAMES = (*map(str, range(10, 30)), "40")
STEPS = (
    Step("CLICK", "", ("29",), NAMES, "x", "[link] Link 29 -> CLICK"),
    Step("TYPE", "next friday", ("40",), NAMES, "x", "[input] day -> TYPE: next friday"),
)
SAMPLE = WebSample("t", "test", "site", "shop", "Choose the day next friday", STEPS)
TOOLS = questions(Settings("native", "tools"))


def world(profile: str = "native", seed: int = 0) -> Mind2WebEnvironment:
    return Mind2WebEnvironment(SAMPLE, lambda sample, step: HTML, profile, seed)


def answer(choice: str, action: str = "", value: str = "") -> Action:
    return Action("answer", {"choice": choice, "action": action, "value": value})


def test_the_expert_earns_everything() -> None:
    played = world()
    actions = expert(played)
    assert played.score().value == 1 and len(actions) == 4


def test_a_right_element_that_was_not_ranked_loses_the_step_under_v02_only() -> None:
    assert expert(world("v0.2")) == ()
    played = world()
    expert(played)
    assert played.score().parts["recall"] == 0.5


def test_none_at_every_question_goes_through_all_steps_and_earns_nothing() -> None:
    played = world()
    seen = played.reset()
    turns = 0
    while not seen.done:
        seen, turns = played.step(answer("A")), turns + 1
    assert (seen.status, turns, played.score().value) == (Status.COMPLETED, 4, 0)


def last_step(profile: str, *choices: str) -> Mind2WebEnvironment:
    """The second step alone, and these answers to its questions."""
    played = Mind2WebEnvironment(SAMPLE, lambda sample, step: HTML, profile, steps=range(1, 2))
    played.reset()
    for choice in choices[:-1]:
        assert not played.step(answer(choice, "CLICK")).done
    lost = profile == "v0.2"
    status = Status.INVALID_ACTION if lost else Status.COMPLETED
    assert played.step(answer(choices[-1], "CLICK")).status is status
    return played


def test_where_nobody_is_left_v02_loses_the_step_and_native_keeps_the_older_winner() -> None:
    choices = ("B", "B", "A")
    assert last_step("v0.2", *choices).pick is None
    assert last_step("native", *choices).pick is not None


def test_none_at_every_question_is_an_invalid_action_under_v02() -> None:
    assert last_step("v0.2", "A", "A").score().value == 0


def test_the_winner_goes_back_into_the_pool() -> None:
    played = world()
    played.reset()
    winner = played.options[2]
    played.step(answer("D", "CLICK"))
    assert played.pool[-1] == winner and len(played.pool) == 6


def test_a_letter_that_is_no_choice_is_corrected_under_native() -> None:
    played = world()
    played.reset()
    assert "not one of the choices" in played.step(answer("Z")).text and len(played.pool) == 10


def test_a_wrong_value_keeps_the_element_but_not_the_step() -> None:
    played = world()
    actions = [
        a if a.arguments["action"] != "TYPE" else answer(a.arguments["choice"], "TYPE", "friday")
        for a in expert(played)
    ]
    played.reset()
    for action in actions:
        played.step(action)
    found = played.score()
    assert (found.value, found.parts["element_accuracy"], found.parts["task_success"]) == (0.5, 1, 0)


def test_the_shuffle_depends_on_the_seed_alone() -> None:
    one, same, other = world(), world(), world(seed=1)
    assert one.reset() == same.reset() == one.reset()
    other.reset()
    assert one.pool != other.pool


def test_a_fork_leaves_its_parent_alone() -> None:
    parent = world()
    parent.reset()
    before = parent.pool
    parent.fork().step(answer("B", "CLICK"))
    assert parent.pool == before


@given(st.text(), st.text(), st.text())
def test_no_text_breaks_a_world(choice: str, action: str, value: str) -> None:
    for profile in ("native", "v0.2"):
        played = world(profile)
        played.reset()
        played.step(answer(choice, action, value))
        assert 0 <= played.score().value < 1


def test_only_the_newest_question_is_sent() -> None:
    played = world()
    first = played.reset()
    head = TOOLS.prompt(first)
    second = played.step(answer("A"))
    call = Message("assistant", "", (ToolCall("c", "answer", "{}"),))
    sent = TOOLS.view([*head, call, Message("tool", second.text, tool_call_id="c")])
    assert sent == [head[0], Message("user", second.text)]
