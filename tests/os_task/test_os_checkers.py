"""Comparators of the task os: AgentBench's vectors, our repairs, and text nobody expects."""

import doctest

import pytest
from harness.tasks.os import checkers, prompts
from harness.tasks.os.checkers import PUBLISHED, REPAIRED, known
from hypothesis import given
from hypothesis import strategies as st

ANY = st.text(max_size=60)


@pytest.mark.parametrize("module", [checkers, prompts])
def test_the_examples_in_docstrings_hold(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "gold", "published", "repaired"),
    [
        ("5", "5\n", True, True),
        (" 05 ", "5", True, True),
        ("1_000", "1000", True, True),  # int() reads it, so the published script does
        ("The answer is 5", "5", False, True),
        ("There are 5 files.", "5", False, True),
        ("5 of 12", "5", False, False),
        ("5.0", "5", False, False),
        ("5.5", "5", False, False),
        ("file5", "5", False, False),
        ("", "5", False, False),
        ("None", "5", False, False),
        ("nan", "5", False, False),
        ("inf", "5", False, False),
        ("5", "", False, False),
        ("", "", False, False),
        ("9" * 5000, "9" * 5000, False, False),
    ],
)
def test_integers(said: str, gold: str, published: bool, repaired: bool) -> None:
    assert PUBLISHED["integer-match"](said, gold) is published
    assert REPAIRED["integer-match"](said, gold) is repaired


@pytest.mark.parametrize(
    ("said", "gold", "published", "repaired"),
    [
        ("4K", "4096B", True, True),
        ("4K", "4K", True, True),
        ("4096", "4K", True, True),
        ("4KB", "4K", False, True),  # ends in B, and "4K" is no number
        ("1.2G", "1.2G", False, True),
        ("8.0K", "8.0K", False, True),
        ("1.2 GB", "1.2G", False, True),
        ("4KiB", "4096 bytes", False, True),
        ("1.2G", "1.3G", False, False),
        ("4K", "4M", False, False),
        ("about 4K", "4K", False, False),
        ("4X", "4X", False, False),
        ("", "4K", False, False),
        ("-4K", "-4K", True, False),
        ("nan", "nan", False, False),
        ("1e999K", "1e999K", False, False),
    ],
)
def test_sizes(said: str, gold: str, published: bool, repaired: bool) -> None:
    assert PUBLISHED["size-match"](said, gold) is published
    assert REPAIRED["size-match"](said, gold) is repaired


@pytest.mark.parametrize(
    ("said", "gold", "published", "repaired"),
    [
        ("a\r\nb", "a\nb\n", True, True),
        ("`log`", "log", False, True),
        ('"log"', '"log"', True, True),
        ("the file is log", "log", False, False),
        ("Log", "log", False, False),
    ],
)
def test_strings(said: str, gold: str, published: bool, repaired: bool) -> None:
    assert PUBLISHED["string-match"](said, gold) is published
    assert REPAIRED["string-match"](said, gold) is repaired


def test_substrings_go_both_ways_and_nothing_is_inside_of_everything() -> None:
    assert PUBLISHED["containing"]("the file is log", "log\n")
    assert not PUBLISHED["containing"]("log", "the file is log")
    assert PUBLISHED["in"]("log", "the file is log")
    assert not PUBLISHED["containing"]("anything", " \n")
    assert not PUBLISHED["in"]("", "anything")


@given(ANY, ANY, st.sampled_from(sorted(PUBLISHED)))
def test_no_text_makes_a_checker_raise(said: str, gold: str, name: str) -> None:
    assert PUBLISHED[name](said, gold) in (True, False)
    assert REPAIRED[name](said, gold) in (True, False)


@given(st.integers(), st.sampled_from(["", " ", "\n"]))
def test_every_whole_number_equals_itself(number: int, around: str) -> None:
    assert PUBLISHED["integer-match"](f"{around}{number}{around}", str(number))


def test_only_the_file_names_of_agentbench_stand_for_checkers() -> None:
    assert known("check/size-match.py") == "size-match"
    assert known("check/my-integer-match.py") == ""
    assert known("") == ""
