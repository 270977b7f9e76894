"""The general data that comes along: distinct, the same for a seed, and right; sums are done again here."""

import ast
import json
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from harness.training.conversation import Conversation
from harness.training.general import conversations
from harness.training.general.families import FAMILIES

ROWS = list(conversations(1500, seed=3))


def first(row: Conversation) -> tuple[str, str]:
    return row.turns[0].message.content, row.turns[1].message.content


def family(name: str) -> list[tuple[str, str]]:
    found = [first(r) for r in ROWS if r.source["family"] == name]
    assert found
    return found


def test_every_family_is_there_and_none_is_most_of_it() -> None:
    counts = Counter(r.source["family"] for r in ROWS)
    assert len(counts) == len(FAMILIES)
    assert max(counts.values()) < len(ROWS) / 8


def test_all_requests_differ() -> None:
    assert len({first(r)[0] for r in ROWS}) == len(ROWS)


def test_turns_alternate_and_all_replies_are_trained_on() -> None:
    for row in ROWS:
        assert [t.message.role for t in row.turns] == ["user", "assistant"] * (len(row.turns) // 2)
        assert all(t.train is (t.message.role == "assistant") and t.message.content for t in row.turns)


def test_a_seed_gives_the_same_rows_and_more_of_them_begin_alike() -> None:
    assert list(conversations(40, seed=3)) == ROWS[:40]
    assert list(conversations(40, seed=4)) != ROWS[:40]


def test_some_conversations_go_on() -> None:
    assert any(len(r.turns) > 2 for r in ROWS)


def test_more_than_there_is_is_an_error() -> None:
    with pytest.raises(ValueError, match="at most 5000 general rows"):
        list(conversations(5001))


def test_every_equation_holds() -> None:
    checked = 0
    for row in ROWS:
        for turn in row.turns[1::2]:
            for left, right in re.findall(r"(\d+ (?:[-+x] \d+ ?)+)= (\d+)", turn.message.content):
                parts = left.split()
                a, sign, b = int(parts[0]), parts[1], int(parts[2])
                assert {"+": a + b, "-": a - b, "x": a * b}[sign] == int(right), turn.message.content
                checked += 1
    assert checked > 200


def test_the_last_sum_of_a_story_is_its_answer() -> None:
    for asked, answer in family("sums"):
        start, given, bought = map(int, re.findall(r"\d+", asked))
        assert f"has {start - given + bought} " in answer.rsplit(". ", 1)[1]


def test_lists_are_in_order() -> None:
    for asked, answer in family("ordering"):
        things = asked.split(": ")[1].split(", ")
        key, back = (int if things[0].isdigit() else str), "largest to the smallest" in asked
        assert answer.split(", ") == sorted(things, key=key, reverse=back)


def test_extracted_fields_stand_in_the_note() -> None:
    for asked, answer in family("fields"):
        said = json.loads(answer)
        assert ", ".join(said) in asked and all(value in asked for value in said.values())


def test_units_are_converted_rightly() -> None:
    factors = {"kilometres": 1000, "metres": 100, "hours": 60, "minutes": 60, "kilograms": 1000,
               "litres": 1000, "days": 24, "weeks": 7, "feet": 12, "dozens": 12}  # fmt: skip
    for _, answer in family("units"):
        a, one, b, other = re.search(r": (\d+) (\w+) are (\d+) (\w+)\.", answer).groups()  # type: ignore[union-attr]
        left, right, big = (int(a), int(b), one) if int(a) < int(b) else (int(b), int(a), other)
        assert left * factors[big] == right


def test_days_of_the_week_are_right() -> None:
    sunday = date(2023, 1, 1)
    named = {(sunday + timedelta(n)).strftime("%A"): sunday + timedelta(n) for n in range(7)}
    for asked, answer in family("weekdays"):
        start, days = re.search(r"Today is (\w+)\..* (\d+) days", asked).groups()  # type: ignore[union-attr]
        assert answer.endswith(f" is {(named[start] + timedelta(int(days))).strftime('%A')}.")


def test_prime_numbers_are_told_rightly() -> None:
    for asked, answer in family("primes"):
        n = int(re.findall(r"\d+", asked)[0])
        assert answer.startswith("Yes") is all(n % d for d in range(2, int(n**0.5) + 1))


def test_roman_numerals_are_right() -> None:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100}
    for asked, answer in family("roman"):
        text = re.search(r"\b[IVXLC]+\b", f"{answer} {asked}")
        number = re.search(r"\d+", f"{answer} {asked}")
        assert text and number
        digits = [values[c] for c in text[0]]
        sum_ = sum(-d if any(e > d for e in digits[n + 1 : n + 2]) else d for n, d in enumerate(digits))
        assert sum_ == int(number[0])


def test_the_code_does_what_is_asked() -> None:
    for asked, answer in family("code"):
        scope: dict[str, object] = {}
        body = answer.removeprefix("```python\n").removesuffix("\n```")
        ast.parse(body)
        exec(body, scope)  # our own, from this repository
        function = next(f for name, f in scope.items() if name != "__builtins__")
        n = int(re.findall(r"\d+", asked)[0])
        data = [n, 1, n + 1, n, 40, 0]
        expected = (
            [x for x in data if x > n] if "greater" in asked
            else [x * n for x in data] if "multiplies" in asked
            else data[::n] if "one of every" in asked
            else data[:n] if "first" in asked
            else True if "whether" in asked
            else 2 + (n == 40) + (n == 1)
        )  # fmt: skip
        assert function(data) == expected  # type: ignore[operator]


def test_letters_and_words_are_counted_rightly() -> None:
    for asked, answer in family("counting"):
        if asked.startswith("How many words"):
            assert answer.startswith(f"It has {len(asked.split('? ')[1].split())} words")
        else:
            letter, word = re.findall(r"'(\w+)'", asked)
            assert f"occurs {word.count(letter)} time" in answer
