"""The bundled websites: real enough pages, two sets that share nothing, the same everywhere."""

import re
import subprocess
import sys
from collections.abc import Iterator
from html import unescape

import pytest
from harness.tasks.web.mind2web.document import Document
from harness.tasks.web.mind2web.sites import bundled, page
from harness.tasks.web.mind2web.sites.browser import View, html, meant, play
from harness.tasks.web.mind2web.sites.play import Played, all_played
from harness.tasks.web.mind2web.sites.registry import TASKS, sites
from harness.tasks.web.mind2web.sites.site import Request, Session, Site, click, pick, write
from hypothesis import given
from hypothesis import strategies as st

SPLITS = ("test", "train")
FERRIES = sites("test")[0]


def each(split: str) -> Iterator[Played]:
    return iter(all_played(split).values())


@pytest.mark.parametrize(("split", "at_least"), [("test", 30), ("train", 150)])
def test_a_split_has_as_many_tasks_at_each_site(split: str, at_least: int) -> None:
    samples = bundled(split)
    assert len(samples) == TASKS[split] * len(sites(split)) >= at_least
    assert len({s.id for s in samples}) == len({s.question for s in samples}) == len(samples)


@pytest.mark.parametrize("split", SPLITS)
def test_every_page_of_a_task_is_a_document_of_20_to_300_kilobytes(split: str) -> None:
    sizes = {
        f"{p.site.name} {v.request.address}": len(html(p.site, v).encode())
        for p in each(split)
        for v in p.views
    }
    assert {k: n for k, n in sizes.items() if not 20_000 <= n <= 300_000} == {}


@pytest.mark.parametrize("split", SPLITS)
def test_every_task_has_several_steps_and_all_three_operations_occur(split: str) -> None:
    steps = [s for sample in bundled(split) for s in sample.steps]
    assert min(len(sample.steps) for sample in bundled(split)) >= 3
    assert {s.operation for s in steps} == {"CLICK", "TYPE", "SELECT"}


@pytest.mark.parametrize("split", SPLITS)
def test_a_right_element_is_a_candidate_on_its_page(split: str) -> None:
    for sample in bundled(split)[::7]:
        for n, step in enumerate(sample.steps):
            found = Document(page(sample, n)).elements
            assert set(step.positives) <= set(step.candidates) <= set(found)
            assert {found[p].tag for p in step.positives} <= {"a", "button", "input", "select", "textarea"}


@pytest.mark.parametrize("split", SPLITS)
def test_a_value_that_is_selected_is_among_the_options(split: str) -> None:
    for sample in bundled(split)[::5]:
        for n, step in enumerate(sample.steps):
            if step.operation == "SELECT":
                options = Document(page(sample, n)).elements[step.positives[0]].css("option")
                assert step.value in [o.attributes["value"] for o in options]


@pytest.mark.parametrize("split", SPLITS)
def test_a_task_that_sends_something_says_what_on_its_last_page(split: str) -> None:
    for played in each(split):
        goal = played.views[-1].session
        assert goal.done or goal.kept or len(played.milestones) >= 2
        if goal.done:
            assert len(goal.done) == 1 and not goal.kept


def test_the_sites_and_domains_of_the_splits_are_different_sites() -> None:
    names = [{s.name for s in sites(split)} for split in SPLITS]
    assert not names[0] & names[1] and (len(names[0]), len(names[1])) == (5, 4)


def sentences(split: str) -> set[str]:
    """All texts of four words or more that its pages show, without their numbers."""
    found = set[str]()
    for played in each(split):
        for view in {played.views[0], played.views[len(played.views) // 2], played.views[-1]}:
            for text in re.findall(r">([^<>]+)<", html(played.site, view)):
                said = re.sub(r"\d+", "0", " ".join(unescape(text).casefold().split()))
                if len(said.split()) >= 4:
                    found.add(said)
    return found


def test_the_splits_share_no_sentence() -> None:
    assert sentences("test") & sentences("train") == set()


def runs(split: str, length: int) -> set[tuple[str, ...]]:
    """Rows of words in the questions of a split."""
    found = set[tuple[str, ...]]()
    for sample in bundled(split):
        words = re.findall(r"[a-z]+", sample.question.casefold())
        found |= {tuple(words[n : n + length]) for n in range(len(words) - length + 1)}
    return found


def test_the_splits_share_no_way_to_put_a_question() -> None:
    assert runs("test", 5) & runs("train", 5) == set()


def test_the_splits_share_no_words_of_their_own() -> None:
    """Names, goods and labels: what the word files say."""

    def said(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value.casefold()
        elif isinstance(value, dict):
            for k, v in value.items():
                yield from (*said(k if " " in k else ""), *said(v))
        elif isinstance(value, list):
            for v in value:
                yield from said(v)

    ours, theirs = ({w for s in sites(split) for w in said(s.texts()) if " " in w} for split in SPLITS)
    assert ours & theirs == set()


DIGEST = """
from hashlib import sha256
from harness.tasks.web.mind2web.sites import bundled
print(sha256(repr((bundled("test"), bundled("train"))).encode()).hexdigest())
"""


def test_samples_and_their_pages_are_the_same_under_another_hash_seed() -> None:
    def made(seed: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", DIGEST],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert made("1") == made("2") != ""


@pytest.mark.parametrize("site", [s for split in SPLITS for s in sites(split)], ids=lambda s: str(s.name))
def test_every_link_of_a_first_page_leads_somewhere(site: Site) -> None:
    first = site.render(Request(), Session())
    addresses = {unescape(a) for a in re.findall(r'href="(/[^"]*)"', first)}
    missing = "We have no page at this address"
    dead = [a for a in addresses if missing in site.render(Request.to(a), Session())]
    assert dead == []


@given(st.text(), st.sampled_from(sorted(FERRIES.pages)), st.integers(-5, 10**7))
def test_any_address_gives_a_page(text: str, part: str, number: int) -> None:
    for path in (f"/{text}", f"/{part}/{number}", f"/{part}/{number}/{text}"):
        assert FERRIES.render(Request.to(path), Session()).startswith("<!DOCTYPE html>")


@given(st.text(), st.sampled_from((*FERRIES.deeds, "consent", "nothing")), st.text())
def test_any_form_gives_an_address(field: str, deed: str, value: str) -> None:
    session, address = FERRIES.send(Request(f"/do/{deed}", ((field, value),)), Session())
    assert address.startswith("/") or field == "back"
    assert len(session.done) <= 1


def test_a_form_with_an_empty_field_comes_back_and_says_so() -> None:
    view = play(FERRIES, play(FERRIES, View(), click("/lost")), click("lost-go"))
    assert view.session.done == () and "Please fill in: item, name" in html(FERRIES, view)


def test_what_was_entered_is_seen_on_the_page() -> None:
    view = View()
    for move in (click("/lost"), pick("lost-ship", "Kittiwake"), write("lost-item", 'a "blue" <hat>')):
        view = play(FERRIES, view, move)
    found = Document(html(FERRIES, view)).parser
    assert found.css_first("#lost-ship option[selected]").attributes["value"] == "Kittiwake"
    assert found.css_first("#lost-item").attributes["value"] == 'a "blue" <hat>'


def test_of_radio_buttons_one_is_chosen_and_a_checkbox_is_turned() -> None:
    view = play(FERRIES, View(Request("/alerts")), click("how-daily"))
    assert [c.attributes["id"] for c in Document(html(FERRIES, view)).parser.css("[checked]")] == [
        "how-daily"
    ]
    for times, ticked in ((1, 1), (2, 0)):
        view = View(Request("/sailing/3"))
        for _ in range(times):
            view = play(FERRIES, view, click("bike"))
        assert len(Document(html(FERRIES, view)).parser.css("#bike[checked]")) == ticked


@pytest.mark.parametrize("move", [click("nowhere"), click("/no/such/link"), pick("day", "30 February")])
def test_a_move_that_the_page_does_not_allow_is_refused(move: object) -> None:
    with pytest.raises(LookupError):
        play(FERRIES, View(), move)  # type: ignore[arg-type]


def test_all_links_to_the_right_address_are_right() -> None:
    first = html(FERRIES, View())
    assert len(meant(first, "/timetables")) == 1 < len(meant(first, "/"))


def test_the_cookie_banner_goes_when_it_is_answered() -> None:
    view = play(FERRIES, View(), click("cookies-needed"))
    assert view.session.consent and meant(html(FERRIES, view), "cookies-all") == []
    assert view.request == Request()
