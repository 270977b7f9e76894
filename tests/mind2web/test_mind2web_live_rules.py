"""Live pages without a browser: how actions are written, how trees become text, who is served."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

import pytest
from harness.tasks.web.mind2web.live import live_random_action
from harness.tasks.web.mind2web.live.rules import live_rules, newest_page
from harness.tasks.web.mind2web.live.server import Server, Visitor
from harness.tasks.web.mind2web.live.tree import Line, pruned, read
from harness.tasks.web.mind2web.sites import bundled
from harness.tasks.web.mind2web.sites.registry import sites
from hypothesis import given
from hypothesis import strategies as st

from harness import Action, FormatError, Message, Observation, Reply, Settings, ToolCall, UsageError

TEXT, TOOLS = live_rules(Settings("native", "text")), live_rules(Settings("native", "tools"))
NUMBERS = st.integers(1, 99999).map(str)
WORDS = st.from_regex(r"\A[A-Za-z0-9]+( [A-Za-z0-9@.&'-]+)*\Z")


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("Action: click [5]", Action("click", {"id": "5"})),
        ("Thought: the link.\nAction: click [12]", Action("click", {"id": "12"})),
        ("Action: type [3] [Ana Sol]", Action("type", {"id": "3", "text": "Ana Sol"})),
        ('type 3 "Ana Sol"', Action("type", {"id": "3", "text": "Ana Sol"})),
        ("**Action:** select [7] [Large]", Action("select", {"id": "7", "option": "Large"})),
        ("Action: go back", Action("go_back")),
        ("action: STOP", Action("stop")),
        ("Action: `click [5]`", Action("click", {"id": "5"})),
        ("Action: click [5]\nAction: stop", Action("click", {"id": "5"})),
    ],
)
def test_actions_are_read(text: str, action: Action) -> None:
    assert TEXT.parse(Reply(text)) == (action,)


@pytest.mark.parametrize(
    "text", ["", "I think so.", "Action: click", "Action: hover [3]", "Action: type [x] [y]"]
)
def test_what_holds_no_action_is_corrected(text: str) -> None:
    with pytest.raises(FormatError, match="Write one line"):
        TEXT.parse(Reply(text))


@given(NUMBERS, WORDS, st.sampled_from(["click", "type", "select", "go_back", "stop"]))
def test_what_is_written_is_read_back(number: str, words: str, name: str) -> None:
    said = {
        "click": {"id": number},
        "type": {"id": number, "text": words},
        "select": {"id": number, "option": words},
    }
    action = Action(name, said.get(name, {}))
    for rules in (TEXT, TOOLS):
        assert rules.parse(rules.write(action, "so")) == (action,)


@given(st.text())
def test_any_text_is_read_or_corrected(text: str) -> None:
    try:
        (action,) = TEXT.parse(Reply(text))
    except FormatError as e:
        assert str(e)
    else:
        assert action.name in ("click", "type", "select", "go_back", "stop")


def test_a_call_gives_numbers_as_text() -> None:
    call = ToolCall("c", "type", json.dumps({"id": 4, "text": "x"}))
    assert TOOLS.parse(Reply("", (call,))) == (Action("type", {"id": "4", "text": "x"}),)


def test_every_gold_action_is_written_and_read_back() -> None:
    from harness.tasks.web.mind2web.live import live_solve

    for sample in (*bundled("test"), *bundled("train")):
        for action in live_solve(sample, Settings("native")):
            assert TEXT.parse(TEXT.write(action)) == (action,) == TOOLS.parse(TOOLS.write(action))


def test_live_is_played_under_native_only() -> None:
    with pytest.raises(UsageError, match="native"):
        live_rules(Settings("v0.2"))


def test_older_pages_are_cut_to_their_first_line() -> None:
    pages = [Message("user", f"Done.\nPage: Shop, /{n}\n[1] link") for n in range(2)]
    sent = newest_page([Message("user", "Problem: p\n\nPage: Shop, /\n[1] link"), *pages])
    assert [m.content.count("[1] link") for m in sent] == [0, 0, 1]
    assert sent[1].content == "Done.\nPage: Shop, /0 (no longer shown)"


def test_the_problem_stays_in_view() -> None:
    prompt = TEXT.prompt(Observation("Problem: Buy tea.\n\nPage: Shop, /\n[1] link"))
    sent = TEXT.view(
        [*prompt, Message("assistant", "Action: click [1]"), Message("user", "Done.\nPage: Shop, /x\n")]
    )
    assert "Buy tea." in "".join(m.content for m in sent)


def node(identity: str, role: str, name: str = "", *children: str, **more: Any) -> dict[str, Any]:
    said = {"nodeId": identity, "role": {"value": role}, "name": {"value": name}, "childIds": list(children)}
    return said | {"backendDOMNodeId": int(identity), "ignored": False} | more


def test_controls_are_numbered_and_fields_stand_on_lines_of_their_own() -> None:
    reader = read([
        node("1", "RootWebArea", "", "2", "5"),
        node("2", "heading", "Tea", "3"), node("3", "StaticText", "Tea"),
        node("5", "form", "", "6", "7", "8"), node("6", "link", "Home"), node("7", "StaticText", "or"),
        node("8", "checkbox", "Milk", properties=[{"name": "checked", "value": {"value": "true"}}]),
    ])  # fmt: skip
    assert [line.text for line in reader.lines] == [
        "# Tea",
        '[1] link "Home" | or',
        '[2] checkbox "Milk" (checked)',
    ]
    assert [(c.number, c.node) for c in reader.controls] == [(1, 6), (2, 8)]


def test_a_list_shows_its_value_and_options() -> None:
    reader = read([
        node("1", "RootWebArea", "", "2"), node("2", "combobox", "Size", "3", value={"value": "S"}),
        node("3", "MenuListPopup", "", "4", "5"), node("4", "option", "S"), node("5", "option", "L"),
    ])  # fmt: skip
    assert reader.lines[0].text == '[1] combobox "Size" = "S" of: S, L'


@given(st.lists(st.text(), max_size=30), st.text(), st.integers(50, 400))
def test_pruning_keeps_to_the_limit_and_counts_what_it_leaves_out(
    texts: list[str], problem: str, limit: int
) -> None:
    lines = [Line([t.replace("\n", " ")]) for t in texts]
    shown = pruned(lines, problem, limit)
    assert len(shown) <= limit + len("(99 lines of the page are left out)") + 1


def test_pruning_keeps_fields_then_words_of_the_problem() -> None:
    lines = [Line(["x" * 30]), Line(["rare tea " + "y" * 21]), Line(["button " + "z" * 23], fields=True)]
    assert pruned(lines, "Buy tea", 65).splitlines() == [
        lines[1].text,
        lines[2].text,
        "(1 lines of the page are left out)",
    ]


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def asked(server: Server, method: str, path: str, cookie: str = "", body: str = "") -> tuple[int, str]:
    wire = http.client.HTTPConnection("127.0.0.1", int(server.origin.rpartition(":")[2]), timeout=5)
    wire.request(method, path, body, {"Cookie": cookie} if cookie else {})
    answer = wire.getresponse()
    found = answer.status, answer.getheader("Location") or answer.read().decode()
    wire.close()
    return found


def test_only_visitors_are_served(server: Server) -> None:
    visitor = Visitor(sites("test")[0])
    token = server.welcome(visitor)
    assert asked(server, "GET", "/") == asked(server, "GET", "/", "visitor=x") == (403, "")
    status, body = asked(server, "GET", "/", f"visitor={token}")
    assert status == 200 and "Skerryline" in body and visitor.seen == ("/",)


def test_a_form_is_answered_with_an_address(server: Server) -> None:
    visitor = Visitor(sites("test")[0])
    cookie = f"visitor={server.welcome(visitor)}"
    assert asked(server, "POST", "/do/mail", cookie, "address=a%40b") == (303, "/thanks/mail")
    assert visitor.session.done == ("mail; address=a@b",)


def test_visitors_do_not_share_a_session(server: Server) -> None:
    one, other = Visitor(sites("test")[0]), Visitor(sites("test")[0])
    cookies = [f"visitor={server.welcome(v)}" for v in (one, other)]
    asked(server, "POST", "/do/consent", cookies[0], "back=/")
    assert one.session.consent and not other.session.consent


def test_a_random_agent_uses_actions_that_there_are() -> None:
    from random import Random

    names = {live_random_action(bundled("test")[0], Random(n)).name for n in range(200)}
    assert names == {"click", "type", "select", "go_back", "stop"}
