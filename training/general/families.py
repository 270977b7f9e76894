"""Families of ordinary requests. Each makes (request, answer) pairs of one conversation from a `Random`."""

import json
from collections.abc import Callable, Sequence
from random import Random
from typing import Final

from . import words as w

Talk = list[tuple[str, str]]
Family = Callable[[Random], Talk]


def sums(random: Random) -> Talk:
    who, other = random.sample(w.NAMES, 2)
    thing = random.choice(w.THINGS)
    a, b, c = random.randint(20, 90), random.randint(3, 19), random.randint(5, 40)
    asked = (
        f"{who} has {a} {thing}, gives {b} of them to {other} and then buys {c} more. "
        f"How many {thing} does {who} have now?"
    )
    left = a - b
    return [(asked, f"After giving {b} away, {who} has {a} - {b} = {left}. With {c} more it is "
                    f"{left} + {c} = {left + c}. {who} has {left + c} {thing}.")]  # fmt: skip


def shopping(random: Random) -> Talk:
    thing, n, price = random.choice(w.THINGS), random.randint(2, 12), random.randint(2, 9)
    total = n * price
    paid = next(note for note in (20, 50, 100, 200) if note >= total)
    asked = (
        f"One pack of {thing} costs {price} euros. I buy {n} packs and pay with {paid} euros. "
        "What is my change?"
    )
    first = (
        asked,
        f"{n} packs cost {n} x {price} = {total} euros. "
        f"The change is {paid} - {total} = {paid - total} euros.",
    )
    if random.random() < 0.5:
        return [first]
    more = random.randint(1, 5)
    again = (n + more) * price
    return [
        first,
        (
            f"And what would {_many(more, 'pack')} more have cost altogether?",
            f"{n} + {more} = {n + more} packs cost {n + more} x {price} = {again} euros.",
        ),
    ]


def ordering(random: Random) -> Talk:
    if random.random() < 0.5:
        numbers = random.sample(range(1, 200), random.randint(4, 8))
        falling = random.random() < 0.5
        way = "from the largest to the smallest" if falling else "from the smallest to the largest"
        done = sorted(numbers, reverse=falling)
        asked, again = f"Sort these numbers {way}: {_comma(numbers)}", done[::-1]
        return [(asked, _comma(done)), ("Now the other way round.", _comma(again))]
    listed = random.sample(random.choice((w.ANIMALS, w.FRUIT, w.TOOLS)), random.randint(4, 8))
    done_words = sorted(listed)
    talk = [(f"Put these words in alphabetical order: {_comma(listed)}", _comma(done_words))]
    if random.random() < 0.4:
        talk.append(("Which one comes first?", done_words[0]))
    return talk


def fields(random: Random) -> Talk:
    name, city, job = random.choice(w.NAMES), random.choice(w.CITIES), random.choice(w.JOBS)
    day, month, hour = random.randint(1, 28), random.choice(w.MONTHS), random.randint(8, 18)
    note = random.choice(
        (
            f"{name} works as a {job} in {city}. The appointment is on {day} {month} at {hour}:00.",
            f"Appointment: {day} {month}, {hour}:00. {name}, who is a {job}, will come from {city}.",
            f"On {day} {month} at {hour}:00 we meet {name}, a {job} from {city}.",
        )
    )
    facts = {"name": name, "city": city, "job": job, "date": f"{day} {month}", "time": f"{hour}:00"}
    keys = random.sample(list(facts), random.randint(2, 4))
    asked = f"Extract {_comma(keys)} from this note and answer with one JSON object.\n\n{note}"
    return [(asked, json.dumps({k: facts[k] for k in keys}))]


UNITS: Final = (
    ("kilometres", "metres", 1000), ("metres", "centimetres", 100), ("hours", "minutes", 60),
    ("minutes", "seconds", 60), ("kilograms", "grams", 1000), ("litres", "millilitres", 1000),
    ("days", "hours", 24), ("weeks", "days", 7), ("feet", "inches", 12), ("dozens", "pieces", 12),
)  # fmt: skip


def units(random: Random) -> Talk:
    big, small, factor = random.choice(UNITS)
    n = random.randint(2, 40)
    if random.random() < 0.5:
        return [(f"Convert {n} {big} to {small}.",
                 f"Multiply by {factor}: {n} {big} are {n * factor} {small}.")]  # fmt: skip
    return [(f"How many {big} are {n * factor} {small}?",
             f"Divide by {factor}: {n * factor} {small} are {n} {big}.")]  # fmt: skip


def meaning(random: Random) -> Talk:
    term = random.choice(list(w.DEFINITIONS))
    said = w.DEFINITIONS[term]
    asked = random.choice(
        (
            f"What does {term!r} mean?",
            f"Define the term {term!r} in one sentence.",
            f"Explain {term!r} briefly.",
        )
    )
    return [(asked, f"{term.capitalize()}: {said}.")]


def rewriting(random: Random) -> Talk:
    sentence = random.choice(w.SENTENCES)
    ways: tuple[tuple[str, str], ...] = (
        ("in capital letters", sentence.upper()),
        ("with a capital at the start and a full stop at the end", f"{sentence[0].upper()}{sentence[1:]}."),
        ("with its words in reverse order", " ".join(sentence.split()[::-1])),
        ("as a list of its words, one a line", "\n".join(sentence.split())),
        ("with hyphens in place of the spaces", sentence.replace(" ", "-")),
    )
    way, done = random.choice(ways)
    return [(f"Write this sentence {way}: {sentence}", done)]


def tenses(random: Random) -> Talk:
    now, past = random.choice(list(w.REGULAR.items()))
    who = random.choice(w.NAMES)
    when = random.choice(("yesterday", "last week", "on Friday", "in the morning"))
    return [(f"Put this into the past tense and end it with {when!r}: I {now}, says {who}.",
             f"I {past} {when}, said {who}.")]  # fmt: skip


def counting(random: Random) -> Talk:
    sentence = random.choice(w.SENTENCES)
    listed = sentence.split()
    if random.random() < 0.4:
        return [(f"How many words are in this sentence? {sentence}",
                 f"It has {len(listed)} words: {_comma(listed)}.")]  # fmt: skip
    word = random.choice([x for x in listed if len(x) > 3])
    letter = random.choice(sorted(set(word)))
    times = word.count(letter)
    plural = "time" if times == 1 else "times"
    return [(f"How often does the letter {letter!r} occur in the word {word!r}?",
             f"The letter {letter!r} occurs {times} {plural} in {word!r}.")]  # fmt: skip


def shapes(random: Random) -> Talk:
    """The same list in another form."""
    listed = random.sample(random.choice((w.ANIMALS, w.FRUIT, w.TOOLS, w.CITIES)), random.randint(3, 6))
    forms = (
        ("as bullet points", "\n".join(f"- {x}" for x in listed)),
        ("as a numbered list", "\n".join(f"{n}. {x}" for n, x in enumerate(listed, 1))),
        ("as a JSON array", json.dumps(listed)),
        ("as one line of CSV", ",".join(listed)),
        ("as a Python tuple", repr(tuple(listed))),
    )
    (way, done), (other, again) = random.sample(forms, 2)
    talk = [(f"Write these {way}: {_comma(listed)}", done)]
    return talk if random.random() < 0.6 else [*talk, (f"Now {other}, please.", again)]


def weekdays(random: Random) -> Talk:
    start, days = random.randrange(7), random.randint(2, 60)
    weeks, rest = divmod(days, 7)
    end = w.DAYS[(start + days) % 7]
    weeks_said, rest_said = _many(weeks, "week"), _many(rest, "day")
    return [
        (
            f"Today is {w.DAYS[start]}. Which day of the week is it in {days} days?",
            f"{days} days are {weeks_said} and {rest_said}. {rest_said} after {w.DAYS[start]} is {end}.",
        )
    ]


def primes(random: Random) -> Talk:
    n = random.randint(4, 120)
    divisor = next((d for d in range(2, n) if n % d == 0), None)
    if divisor is None:
        return [(f"Is {n} a prime number?", f"Yes. No whole number from 2 to {n - 1} divides {n}.")]
    return [(f"Is {n} a prime number?", f"No. {n} = {divisor} x {n // divisor}.")]


def opinions(random: Random) -> Talk:
    thing = random.choice(w.GOODS)
    good = random.random() < 0.5
    said = random.choice(w.PRAISE if good else w.BLAME)
    start = random.choice(
        (f"The {thing} {said}.", f"My new {thing} {said}.", f"I bought this {thing}. It {said}.")
    )
    return [(f"Is this review positive or negative? Answer with one word.\n\n{start}",
             "positive" if good else "negative")]  # fmt: skip


def roman(random: Random) -> Talk:
    n = random.randint(4, 399)
    if random.random() < 0.5:
        return [(f"Write {n} in Roman numerals.", f"{n} is {_roman(n)}.")]
    return [(f"Which number is {_roman(n)} in Roman numerals?", f"{_roman(n)} is {n}.")]


def code(random: Random) -> Talk:
    n, name = random.randint(2, 30), random.choice(("items", "values", "numbers", "rows", "scores"))
    tasks = (
        (f"returns the elements of {name} that are greater than {n}", "filtered",
         f"[x for x in {name} if x > {n}]"),
        (f"multiplies each element of {name} by {n}", "scaled", f"[x * {n} for x in {name}]"),
        (f"returns the first {n} elements of {name}", "first", f"{name}[:{n}]"),
        (f"says whether {n} is in {name}", "contains", f"{n} in {name}"),
        (f"returns one of every {n} elements of {name}, starting with the first", "every", f"{name}[::{n}]"),
        (f"counts how often {n} occurs in {name}", "occurrences", f"{name}.count({n})"),
    )  # fmt: skip
    wanted, called, body = random.choice(tasks)
    asked = f"Write a Python function that takes the list {name} and {wanted}."
    return [(asked, f"```python\ndef {called}({name}):\n    return {body}\n```")]


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _comma(things: Sequence[object]) -> str:
    return ", ".join(map(str, things))


def _roman(n: int) -> str:
    marks = (
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    )
    said = ""
    for value, mark in marks:
        said += mark * (n // value)
        n %= value
    return said


FAMILIES: Final[Sequence[Family]] = (
    sums, shopping, ordering, fields, units, meaning, rewriting, tenses, counting, shapes, weekdays, primes,
    opinions, roman, code,
)  # fmt: skip
