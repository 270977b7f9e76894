"""The bundled splits, generated from seeds: `test` (60 samples) and `train` (600).

Every answer is computed by running the reference SQL in SQLite. The two splits share no schema and
no sentence: `schemas-SPLIT.txt` and `sentences-SPLIT.txt` are their own.
"""

from functools import lru_cache
from pathlib import Path
from random import Random

from ..engines import Database
from ..engines.sqlite import Sqlite
from ..samples import CHANGES, DbSample
from ..state import EMPTY, text
from .problems import TEMPLATES, Draft, Template
from .schema import Schema, schemas
from .world import World, build

SIZES = {"test": 60, "train": 600}
MANY = 8
"""Answers that a list may have."""


@lru_cache(maxsize=2)
def bundled(split: str) -> tuple[DbSample, ...]:
    """The samples of a split, the same on every machine."""
    return tuple(sample(split, number) for number in range(SIZES[split]))


def sample(split: str, number: int) -> DbSample:
    """One sample. Its template and schema follow from its number, the rest is drawn."""
    template = TEMPLATES[number % len(TEMPLATES)]
    choices = schemas(split)
    schema = choices[(number + number // len(TEMPLATES)) % len(choices)]
    random = Random(f"db {split} {number}")
    for _ in range(200):
        world = build(schema, random)
        draft = template(world, random)
        if gold := solved(world, draft):
            question = worded(split, template, world.schema, draft, random)
            return DbSample(
                id=f"{split}-{number:03}",
                split=split,
                question=question,
                category=draft.category,
                tables=world.tables,
                gold=gold,
                reference=draft.sql,
                note=described(world),
            )
    raise AssertionError(f"template {template.__name__} suits no world of {schema.child.table}")


def solved(world: World, draft: Draft) -> tuple[str, ...]:
    """The gold of a draft: answers, or the state after the change; empty if it would not do."""
    database = Sqlite().open(world.tables)
    try:
        return changed(world, draft, database) if draft.category in CHANGES else answers(draft, database)
    finally:
        database.close()


def changed(world: World, draft: Draft, database: Database) -> tuple[str, ...]:
    before = database.state(world.tables)
    database.execute(draft.sql)
    after = database.state(world.tables)
    emptied = EMPTY in after  # whoever deletes everything must not be right by that
    return () if after == before or emptied else (after,)


def answers(draft: Draft, database: Database) -> tuple[str, ...]:
    """One to `MANY` distinct values. No 0, 1 or NULL: the first guesses of whoever has not looked."""
    found = [row[0] for row in database.execute(draft.sql).rows]
    if not 1 <= len(found) <= MANY or any(v in (None, 0, 1) for v in found):
        return ()
    said = tuple(text(v) for v in found)
    return said if len(set(said)) == len(said) else ()


def worded(split: str, template: Template, schema: Schema, draft: Draft, random: Random) -> str:
    """The question in one of the split's sentences for the template."""
    sentence = random.choice(sentences(split)[template.__name__])
    p, c = schema.parent, schema.child
    return sentence.format(
        **{
            "one": c.one, "many": c.many, "name": c.name.replace("_", " "), "sort": c.called,
            "number": c.numbers[0].called, "number2": c.numbers[1].called, "pone": p.one, "pmany": p.many,
            "psort": p.called, "pnumber": p.numbers[0].called, "relation": schema.relation,
            **draft.words,
        }
    )  # fmt: skip


@lru_cache(maxsize=2)
def sentences(split: str) -> dict[str, list[str]]:
    """Template name to its sentences; one `name: sentence` a line."""
    found: dict[str, list[str]] = {}
    text = Path(__file__).with_name(f"sentences-{split}.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, sentence = line.partition(": ")
            found.setdefault(name, []).append(sentence)
    return found


def described(world: World) -> str:
    """The tables in a sentence each, for profiles whose problem has no list of columns."""
    return " ".join(f"Table {t.name} has the columns {', '.join(t.heads)}." for t in world.tables)
