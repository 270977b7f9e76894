"""What the house says and does: ALFWorld's texts and rules, their oddities included."""

from dataclasses import replace

import pytest
from harness.tasks.games.household.engine import House
from harness.tasks.games.household.world import Game, Goal
from hypothesis import given
from hypothesis import strategies as st

from .conftest import FRIDGE, KITCHEN


def told(house: House, *commands: str) -> str:
    """The last of the observations."""
    return [house.step(c) for c in commands][-1]


class TestTexts:
    def test_the_opening_lists_receptacles_in_the_order_of_their_uids_and_tells_the_task(
        self, kitchen: Game
    ) -> None:
        assert House(kitchen).reset() == (
            "-= Welcome to TextWorld, ALFRED! =-\n\n"
            "You are in the middle of a room. Looking quickly around you, you see a desk 1, a drawer 1, "
            "a fridge 1, a microwave 1, a shelf 1, and a sinkbasin 1.\n\n"
            "Your task is to: put a hot apple in shelf."
        )

    def test_only_the_opening_tells_of_the_room(self, house: House) -> None:
        assert house.step("look") == (
            "You are in the middle of a room. Looking quickly around you, you see nothing."
        )

    def test_who_starts_at_a_place_looks_at_it_first(self, kitchen: Game) -> None:
        opening = House(replace(kitchen, start="loc 5")).reset()
        assert "\n\nYou are facing the desk 1, and drawer 1. Next to it, you see nothing.\n\n" in opening

    def test_a_closed_receptacle_hides_what_is_in_it(self, house: House) -> None:
        assert told(house, "go to fridge 1") == "You arrive at fridge 1. The fridge 1 is closed."
        assert told(house, "open fridge 1") == (
            "You open the fridge 1. The fridge 1 is open. In it, you see a apple 1."
        )
        assert told(house, "close fridge 1") == "You close the fridge 1."

    def test_two_things_are_joined_with_a_comma(self, house: House) -> None:
        assert told(house, "go to desk 1").endswith("On the desk 1, you see a apple 2, and a desklamp 1.")

    def test_an_empty_receptacle_shows_nothing(self, house: House) -> None:
        assert told(house, "go to drawer 1", "open drawer 1").endswith("In it, you see nothing.")

    def test_taking_carrying_and_putting_down(self, house: House) -> None:
        assert told(house, "inventory") == "You are not carrying anything."
        assert told(house, "go to desk 1", "take apple 2 from desk 1") == (
            "You pick up the apple 2 from the desk 1."
        )
        assert told(house, "inventory") == "You are carrying: a apple 2."
        assert told(house, "go to shelf 1", "move apple 2 to shelf 1") == (
            "You move the apple 2 to the shelf 1."
        )
        assert told(house, "examine shelf 1") == "On the shelf 1, you see a apple 2, and a bowl 1."

    def test_look_names_all_that_share_the_place(self, house: House) -> None:
        assert told(house, "go to drawer 1", "look") == (
            "You are facing the desk 1, and drawer 1. Next to it, you see nothing."
        )

    def test_look_tells_of_what_was_moved_between_receptacles_of_one_place(self, house: House) -> None:
        told(house, "go to desk 1", "take apple 2 from desk 1", "open drawer 1", "move apple 2 to drawer 1")
        assert house.step("look").endswith("Next to it, you see a apple 2.")

    def test_a_vessel_shows_what_is_in_it(self, house: House) -> None:
        assert told(house, "go to shelf 1", "take bowl 1 from shelf 1", "examine bowl 1") == (
            "This is a normal bowl 1. In it, you see nothing."
        )

    def test_the_earlier_grammar_names_the_location_and_says_put(self, kitchen: Game) -> None:
        house = House(replace(kitchen, wording="put"))
        assert told(house, "go to fridge 1") == "You arrive at loc 1. The fridge 1 is closed."
        told(house, "go to desk 1", "take apple 2 from desk 1", "go to shelf 1")
        assert "help" not in house.admissible()
        assert told(house, "put apple 2 in/on shelf 1") == "You put the apple 2 in/on the shelf 1."


@pytest.mark.parametrize(
    ("states", "text"),
    [
        ((), "There's nothing special about apple 2."),
        (("hot",), "This is a hot apple 2."),
        (("cool",), "This is a cold apple 2."),
        (("clean",), "This is a clean apple 2."),
        (("sliced",), "This is a sliced apple 2."),
        (("clean", "cool"), "This is a cool and clean apple 2."),
        (("clean", "hot"), "This is a hot and clean apple 2."),
        (("cool", "sliced"), "This is a cool sliced apple 2."),
        (("clean", "hot", "sliced"), "This is a hot and clean sliced apple 2."),
        (("clean", "sliced"), "This is a clean sliced apple 2."),
    ],
)
def test_examining_an_item_tells_its_states(house: House, states: tuple[str, ...], text: str) -> None:
    for state in states:
        getattr(house, state).add("apple_bar_0")
    assert told(house, "go to desk 1", "take apple 2 from desk 1", "examine apple 2") == text


class TestRules:
    def test_where_one_is_one_does_not_go(self, house: House) -> None:
        house.step("go to desk 1")
        assert house.step("go to desk 1") == house.step("go to drawer 1") == "Nothing happens."

    def test_one_carries_one_thing(self, house: House) -> None:
        told(house, "go to desk 1", "take apple 2 from desk 1", "go to shelf 1")
        assert house.step("take bowl 1 from shelf 1") == "Nothing happens."

    def test_only_what_is_carried_is_examined(self, house: House) -> None:
        assert told(house, "go to desk 1", "examine apple 2") == "Nothing happens."
        assert told(house, "take apple 2 from desk 1", "examine apple 2") != "Nothing happens."

    def test_a_lamp_is_used_not_taken_and_stays_on(self, house: House) -> None:
        house.step("go to desk 1")
        assert house.step("take desklamp 1 from desk 1") == "Nothing happens."
        assert house.step("use desklamp 1") == house.step("use desklamp 1") == "You turn on the desklamp 1."

    def test_heating_undoes_cooling(self, house: House) -> None:
        told(
            house, "go to desk 1", "take apple 2 from desk 1", "go to fridge 1", "cool apple 2 with fridge 1"
        )
        assert house.step("examine apple 2") == "This is a cold apple 2."
        told(house, "go to microwave 1", "heat apple 2 with microwave 1")
        assert house.step("examine apple 2") == "This is a hot apple 2."

    def test_the_microwave_heats_while_it_is_closed(self, house: House) -> None:
        told(house, "go to desk 1", "take apple 2 from desk 1", "go to microwave 1")
        assert house.step("heat apple 2 with microwave 1") == "You heat the apple 2 using the microwave 1."

    def test_a_knife_slices_what_stands_where_one_is_even_behind_a_closed_door(self, house: House) -> None:
        told(house, "go to sinkbasin 1", "take knife 1 from sinkbasin 1", "go to fridge 1")
        assert house.step("slice apple 1 with knife 1") == "You sliced the apple 1 with the knife 1."

    def test_only_what_fits_is_put_down(self, kitchen: Game) -> None:
        house = House(replace(kitchen, fits=(("shelf", ("bowl",)),)))
        told(house, "go to desk 1", "take apple 2 from desk 1", "go to shelf 1")
        assert house.step("move apple 2 to shelf 1") == "Nothing happens."

    def test_what_is_admissible_is_sorted_and_complete(self, house: House) -> None:
        house.step("go to desk 1")
        assert house.admissible() == [
            "examine desk 1", "examine drawer 1", "go to fridge 1",
            "go to microwave 1", "go to shelf 1", "go to sinkbasin 1", "help", "inventory", "look",
            "open drawer 1", "take apple 2 from desk 1", "use desklamp 1",
        ]  # fmt: skip

    def test_a_receptacle_nobody_can_reach_is_not_mentioned(self, kitchen: Game) -> None:
        far = replace(FRIDGE, name="safe 1", uid="safe_bar_0", location="")
        house = House(replace(kitchen, receptacles=(*kitchen.receptacles, far)))
        assert "safe" not in house.reset()
        assert "go to safe 1" not in house.admissible()


class TestGoals:
    def test_won_when_the_treated_item_is_in_its_place_and_not_before(self, house: House) -> None:
        told(house, "go to desk 1", "take apple 2 from desk 1", "go to microwave 1")
        assert not house.won
        told(house, "heat apple 2 with microwave 1", "go to shelf 1")
        assert not house.won
        house.step("move apple 2 to shelf 1")
        assert house.won

    def test_two_items_count_only_in_one_receptacle(self, kitchen: Game) -> None:
        shelf = replace(kitchen.receptacles[3], name="shelf 2", uid="shelf_bar_9", location="loc 9")
        two = replace(
            kitchen, goal=Goal("apple", "shelf", count=2), receptacles=(*kitchen.receptacles, shelf)
        )
        house = House(two)
        told(house, "go to desk 1", "take apple 2 from desk 1", "go to shelf 1", "move apple 2 to shelf 1")
        told(house, "go to fridge 1", "open fridge 1", "take apple 1 from fridge 1")
        told(house, "go to shelf 2", "move apple 1 to shelf 2")
        assert not house.won
        told(house, "take apple 1 from shelf 2", "go to shelf 1", "move apple 1 to shelf 1")
        assert house.won

    def test_a_lamp_lights_only_where_it_stands(self, kitchen: Game) -> None:
        house = House(replace(kitchen, goal=Goal("apple", light="desklamp")))
        told(house, "go to desk 1", "use desklamp 1")
        assert not house.won
        house.step("take apple 2 from desk 1")
        assert house.won
        house.step("go to shelf 1")
        assert not house.won


commands = st.lists(st.integers(0, 10_000), max_size=40)


@given(commands, st.integers(0, 40))
def test_a_copy_goes_its_own_way_and_leaves_its_origin_as_it_was(choices: list[int], at: int) -> None:
    house, other = House(KITCHEN), House(KITCHEN)
    for choice in choices[:at]:
        house.step(house.admissible()[choice % len(house.admissible())])
        other.step(other.admissible()[choice % len(other.admissible())])
    copy = house.copy()
    for choice in choices[at:]:
        assert copy.step(copy.admissible()[choice % len(copy.admissible())]) == (
            other.step(other.admissible()[choice % len(other.admissible())])
        )
    twin = House(KITCHEN)
    for choice in choices[:at]:
        twin.step(twin.admissible()[choice % len(twin.admissible())])
    assert house.admissible() == twin.admissible() and house.step("look") == twin.step("look")


@given(commands)
def test_whatever_is_admissible_does_something_and_nothing_else_does(choices: list[int]) -> None:
    house = House(KITCHEN)
    for choice in choices:
        said = house.admissible()
        assert house.step("take apple 1") == "Nothing happens."
        assert house.step(said[choice % len(said)]) != "Nothing happens."


@given(st.text())
def test_any_text_is_a_command(text: str) -> None:
    assert isinstance(House(KITCHEN).step(text), str)
