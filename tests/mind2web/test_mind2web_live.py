"""The bundled tasks in a real Chromium, on pages that are served on loopback."""

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness.tasks.web.mind2web.live import check_live, close_live, live_engine, live_solve, open_live
from harness.tasks.web.mind2web.live import chromium as browsers
from harness.tasks.web.mind2web.live.environment import LiveEnvironment
from harness.tasks.web.mind2web.samples import WebSample
from harness.tasks.web.mind2web.sites import bundled

from harness import Action, EnvironmentFailure, Settings, Status, UsageError
from harness.testing import play_scripted

LIVE = {"live": "true"}
SETTINGS = Settings("native", options=LIVE)


def below(process: int) -> set[int]:
    """The processes that a process started, and those that they started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        state, parent = text[text.rindex(")") + 2 :].split()[:2]
        if state != "Z":
            parents[int(stat.parent.name)] = int(parent)
    found, fresh = set[int](), {process}
    while fresh:
        fresh = {p for p, parent in parents.items() if parent in fresh} - found
        found |= fresh
    return found


def is_browser(process: int) -> bool:
    """Whether it is Chromium's main process, as opposed to its helpers and to playwright's driver."""
    try:
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return (
        b"chrom" in words[0] and b"--headless" in words and not any(w.startswith(b"--type=") for w in words)
    )


@pytest.fixture(scope="module")
def chromium() -> Iterator[None]:
    try:
        check_live(SETTINGS)
    except UsageError as e:
        pytest.skip(str(e))
    yield
    close_live()


def sample(name: str) -> WebSample:
    return next(s for split in ("test", "train") for s in bundled(split) if s.id == name)


@pytest.fixture
def world(chromium: None, request: pytest.FixtureRequest) -> Iterator[LiveEnvironment]:
    opened = open_live(sample(getattr(request, "param", "skerryline-04")), SETTINGS)
    assert isinstance(opened, LiveEnvironment)
    yield opened
    opened.close()


def act(name: str, **arguments: str) -> Action:
    return Action(name, arguments)


def number(text: str, of: str) -> str:
    """The number in brackets before a control that is shown so."""
    return text.split(f"] {of}")[0].rpartition("[")[2]


@pytest.mark.parametrize("world", ["tarnside-02", "sprig-and-salt-00"], indirect=True)
def test_the_expert_carries_a_task_out_as_in_the_recorded_pages(world: LiveEnvironment) -> None:
    """Links, lists, text, a radio button, a checkbox, a basket: numbers are places among the candidates."""
    world.reset()
    for action in live_solve(world.played.sample, SETTINGS):
        assert world.score().value == 0
        seen = world.step(action)
        assert seen.status is Status.COMPLETED or seen.text.startswith("Done."), seen.text
    score = world.score()
    assert (score.value, score.progress) == (1, 1)
    assert world.visitor.session == world.played.views[-1].session


@pytest.mark.parametrize("name", ["hallbeck-00", "garnet-playhouse-00", "holmwick-00"])
def test_every_candidate_of_a_first_page_has_its_number_in_the_browser(chromium: None, name: str) -> None:
    opened = open_live(sample(name), SETTINGS)
    assert isinstance(opened, LiveEnvironment)
    opened.reset()
    assert opened.tab is not None and opened.tab.reader is not None
    shown = opened.tab.reader.controls
    opened.close()
    assert len(shown) == len(opened.played.sample.steps[0].candidates)


def test_a_page_is_shown_as_its_accessibility_tree(world: LiveEnvironment) -> None:
    text = world.reset().text
    assert text.startswith(
        "Problem: Open the plan of the cabin deck of the ship Morning Drift.\n\nPage: Skerryline"
    )
    assert '] combobox "Leaving from" = "Ardvoe" of: Ardvoe, Brinsay, ' in text
    assert '] button "Find sailings"' in text and "<" not in text


def test_two_resets_show_the_same(world: LiveEnvironment) -> None:
    first = world.reset()
    world.step(act("click", id=number(first.text, 'link "Our ships"')))
    assert world.reset() == first


def test_what_is_typed_and_selected_is_seen_and_goes_with_a_fork(world: LiveEnvironment) -> None:
    text = world.reset().text
    world.step(act("select", id=number(text, 'combobox "Leaving from"'), option="gullholm"))
    box = number(text, 'textbox "E-mail for our letter"')
    seen = world.step(act("type", id=box, text="una@quaymail.example"))
    assert 'combobox "Leaving from" = "Gullholm"' in seen.text and '= "una@quaymail.example"' in seen.text
    copy = world.fork()
    assert isinstance(copy, LiveEnvironment)
    done = copy.step(act("click", id=number(text, 'button "Sign up"')))
    assert "/thanks/mail" in done.text and copy.visitor.session.done == (
        "mail; address=una@quaymail.example",
    )
    assert world.visitor.session.done == () and world.address == "/"
    copy.close()


def test_going_back_shows_the_page_before(world: LiveEnvironment) -> None:
    first = world.reset().text
    assert world.step(act("go_back")).text == "There is no page to go back to."
    world.step(act("click", id=number(first, 'link "Our ships"')))
    back = world.step(act("go_back")).text
    assert back.startswith("Went back.\nPage: Skerryline") and "Leaving from" in back and world.address == "/"


def test_what_makes_no_sense_is_said_and_changes_nothing(world: LiveEnvironment) -> None:
    text = world.reset().text
    button, field = number(text, 'button "Find sailings"'), number(text, 'combobox "Leaving from"')
    for action, said in (
        (act("click", id="9999"), "no element [9999]"),
        (act("click", id="0"), "no element [0]"),
        (act("click", id="1; alert(1)"), "no element"),
        (act("click"), "no element"),
        (act("click", id=field), "drop-down list"),
        (act("type", id=button, text="x"), "cannot type"),
        (act("select", id=button, option="x"), "no options"),
        (act("select", id=field, option="Atlantis"), "no option 'Atlantis'"),
        (act("fly", id="1"), "no action 'fly'"),
    ):
        assert said in world.step(action).text
    assert (world.address, world.entered, world.score().value) == ("/", (), 0)


def test_a_page_longer_than_the_limit_keeps_its_fields(chromium: None) -> None:
    settings = Settings("native", options={**LIVE, "page-limit": "3000"})
    opened = open_live(sample("skerryline-04"), settings)
    text = opened.reset().text
    opened.close()
    assert len(text) < 3300 and 'button "Find sailings"' in text and "lines of the page are left out" in text


def test_a_link_to_a_part_of_another_page_leads_there(world: LiveEnvironment) -> None:
    text = world.reset().text
    seen = world.step(act("click", id=number(text, 'link "Harbour office Brinsay"')))
    assert world.address == "/ports" and "# On the quay" in seen.text


def test_stopping_too_early_scores_nothing(world: LiveEnvironment) -> None:
    world.reset()
    assert world.step(act("stop")).status is Status.COMPLETED
    assert world.score().value == 0


def test_versions_are_part_of_the_engine(chromium: None) -> None:
    assert {"chromium", "playwright", "page limit"} == set(live_engine(SETTINGS))
    assert all(live_engine(SETTINGS).values())


def test_a_browser_that_crashed_is_an_environment_failure_and_another_one_is_started(chromium: None) -> None:
    opened = open_live(sample("skerryline-04"), SETTINGS)
    first = opened.reset()
    (main,) = (p for p in below(os.getpid()) if is_browser(p))
    os.kill(main, signal.SIGKILL)
    with pytest.raises(EnvironmentFailure, match="Chromium"):
        for _ in range(20):
            opened.step(act("click", id="5"))
    assert opened.reset() == first
    opened.close()


def test_closing_ends_every_process_and_gives_the_port_back(chromium: None) -> None:
    close_live()
    before = below(os.getpid())  # other tests have processes of their own
    opened = open_live(sample("skerryline-04"), SETTINGS)
    opened.reset()
    browser = browsers.chromium(LIVE)
    port, started = browser.server._http.server_port, below(os.getpid()) - before
    assert started
    close_live()
    assert not started & below(os.getpid()) and not any(Path(f"/proc/{p}/exe").exists() for p in started)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    with pytest.raises(EnvironmentFailure, match="closed"):
        opened.step(act("go_back"))
    opened.close()


@pytest.mark.parametrize(
    ("option", "said"), [("chromium", "no such program"), ("page-limit", "at least 500")]
)
def test_an_option_that_makes_no_sense_is_refused(chromium: None, option: str, said: str) -> None:
    settings = Settings("native", options={**LIVE, option: "/no/such"})
    with pytest.raises(UsageError, match=said):
        check_live(settings)
        open_live(sample("skerryline-04"), settings)


def test_a_folder_is_no_chromium(tmp_path: Path) -> None:
    pytest.importorskip("playwright", reason="pip install 'agentbench-harness[live]'")
    with pytest.raises(UsageError, match="no such program"):
        browsers.executable({"chromium": str(tmp_path)})


def test_a_run_starts_a_browser_and_ends_it(chromium: None) -> None:
    close_live()
    before = below(os.getpid())
    moves = live_solve(sample("ostwick-trams-03"), SETTINGS)
    record = play_scripted("mind2web", "ostwick-trams-03", moves, task_options=LIVE)
    assert record.status is Status.COMPLETED and record.score is not None and record.score.value == 1
    assert below(os.getpid()) <= before
