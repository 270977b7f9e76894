"""Chores that a teacher invents for rooms of `household`: what is one, and what is not."""

from collections.abc import Mapping
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from harness.tasks.games.household.expert import solve
from harness.tasks.games.household.native.chores import chores
from harness.tasks.games.household.synthesis import HouseholdSynthesis, room
from hypothesis import given
from hypothesis import strategies as st

from harness import Settings, Unfit

SYNTHESIS = HouseholdSynthesis(Settings())
KITCHEN = next(n for n in range(1000) if any(r.kind == "microwave" for r in room(n).receptacles))
BATH = next(n for n in range(1000) if any(r.kind == "toilet" for r in room(n).receptacles))


def problem(
    task: str, thing: str, place: str, make: str = "nothing", number: int = KITCHEN
) -> dict[str, Any]:
    return {"room": number, "task": task, "thing": thing, "place": place, "make": make}


def possible(make: str) -> tuple[str, str]:
    """A thing and a place of the kitchen for which the chore can be done."""
    things = dict.fromkeys(i.kind for i in room(KITCHEN).items if i.pickupable)
    places = dict.fromkeys(r.kind for r in room(KITCHEN).receptacles)
    for thing in things:
        for place in places:
            try:
                SYNTHESIS.sample(problem(sentence(make, thing, place), thing, place, make), "x")
            except Unfit:
                continue
            return thing, place
    raise AssertionError(f"nothing can be made {make} here")


def sentence(make: str, thing: str, place: str) -> str:
    how = {"nothing": "a", "two": "two"}.get(make, f"a {make}")
    return f"I would like {how} {thing} in the {place}"


def refusal(said: Mapping[str, Any]) -> str:
    with pytest.raises(Unfit) as unfit:
        SYNTHESIS.sample(said, "syn-1")
    return unfit.value.reason


@pytest.mark.parametrize("make", ["nothing", "clean", "hot", "cool", "two"])
def test_a_chore_of_every_kind_becomes_a_game_that_the_expert_wins(make: str) -> None:
    thing, place = possible(make)
    sample = SYNTHESIS.sample(problem(sentence(make, thing, place), thing, place, make), "syn-1")
    assert sample.split == "synthesized"
    assert sample.game.description == f"{sentence(make, thing, place)}."
    assert (sample.game.goal.item, sample.game.goal.receptacle) == (thing, place)
    assert len(solve(sample.game)) >= 4
    assert sample.game.receptacles == room(KITCHEN).receptacles


def test_the_light_of_a_lamp_is_a_chore_too() -> None:
    made = []
    for number in range(40):
        items = room(number).items
        for thing, lamp in {
            (i.kind, lamp.kind) for lamp in items if lamp.toggleable for i in items if i.pickupable
        }:
            said = problem(f"Look at the {thing} by the light of the {lamp}.", thing, lamp, "light", number)
            with suppress(Unfit):
                made.append((lamp, SYNTHESIS.sample(said, "x").game))
    assert made
    assert all(game.goal.light == lamp and game.task_type == "look_at_obj_in_light" for lamp, game in made)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (problem("Put a unicorn in the cabinet.", "unicorn", "cabinet"), "the room has no such thing"),
        (problem("Put a {thing} in the attic.", "", "attic"), "the room has no such furniture"),
        (problem("Look at the {thing} by the sun.", "", "sun", "light"), "the room has no such lamp"),
        (problem("Tidy up.", "", ""), "the sentence does not name the thing and the place"),
        (
            problem("Put a clean {thing} in the {place}.", "", ""),
            "the sentence says something else than the goal",
        ),
        (
            problem("Put two {thing} in the {place}.", "", ""),
            "the sentence says something else than the goal",
        ),
        (
            problem("Put a {thing} in the {place}.", "", "", "hot"),
            "the sentence says something else than the goal",
        ),
        (problem("Put a {thing} in the {place}.", "", "", "sticky"), "a field is missing or wrong"),
        (problem("Put a {thing} in the {place}.", "", "") | {"room": -1}, "a field is missing or wrong"),
        (problem("Put a {thing} in the {place}.", "", "") | {"room": True}, "a field is missing or wrong"),
        (problem("Put a {thing} in the {place}.", "", "") | {"task": None}, "a field is missing or wrong"),
    ],
)
def test_what_is_no_chore_is_refused_with_its_reason(said: dict[str, Any], reason: str) -> None:
    thing, place = possible("nothing")
    filled = said | {"thing": said["thing"] or thing, "place": said["place"] or place}
    if isinstance(said["task"], str):
        filled["task"] = said["task"].format(thing=thing, place=place)
    assert refusal(filled) == reason


def test_nothing_can_be_heated_where_there_is_no_microwave() -> None:
    things = {i.kind for i in room(BATH).items if i.pickupable}
    places = {r.kind for r in room(BATH).receptacles}
    reasons = {refusal(problem(sentence("hot", t, p), t, p, "hot", BATH)) for t in things for p in places}
    assert reasons == {"there is no way to do it", "the pair of thing and place belongs to the test split"}


def test_pairs_of_the_test_split_are_left_to_it() -> None:
    kept = {
        (c.goal.item, c.goal.receptacle) for cs in chores("test").values() for c in cs if c.goal.receptacle
    }
    things = {i.kind for i in room(KITCHEN).items}
    thing, place = next(
        (t, p) for t, p in sorted(kept) if t in things and any(r.kind == p for r in room(KITCHEN).receptacles)
    )
    assert refusal(problem(sentence("nothing", thing, place), thing, place)) == (
        "the pair of thing and place belongs to the test split"
    )


def test_what_is_so_from_the_start_is_no_chore() -> None:
    game = room(KITCHEN)
    found = set()
    for item in game.items:
        for place in game.receptacles:
            if place.uid in item.inside:
                said = problem(sentence("nothing", item.kind, place.kind), item.kind, place.kind)
                found.add(refusal(said))
    assert "it is so from the start" in found
    assert found <= {"it is so from the start", "the pair of thing and place belongs to the test split"}


def test_other_words_make_no_other_problem_and_another_room_does() -> None:
    thing, place = possible("nothing")
    one = SYNTHESIS.sample(problem(f"Put a {thing} in the {place}.", thing, place), "a")
    other = SYNTHESIS.sample(problem(f"The {place} should hold one {thing}!", thing, place), "b")
    assert SYNTHESIS.key(one) == SYNTHESIS.key(other)
    assert len({SYNTHESIS.key(s) for s in (one, *list(_bundled())[:50])}) == 51


def _bundled() -> Any:
    from harness.tasks.games.household.native import bundled

    return bundled("train")


def test_a_request_shows_everything_that_is_in_the_room() -> None:
    one, again = (SYNTHESIS.ask(Random(3), 5, str) for _ in range(2))
    assert one == again
    drawn = room(one.given["room"])
    said = one.messages[0].content
    assert "Invent 5 chores" in said
    assert all(t.name in said for t in (*drawn.items, *drawn.receptacles))


@given(
    st.dictionaries(
        st.sampled_from(["room", "task", "thing", "place", "make"]), st.text() | st.integers() | st.none()
    )
)
def test_whatever_a_teacher_writes_is_a_sample_or_unfit(said: dict[str, Any]) -> None:
    try:
        assert SYNTHESIS.sample(said, "x").game.goal.item
    except Unfit as unfit:
        assert unfit.reason
