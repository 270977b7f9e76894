"""Episodes under each profile, on SQLite: observations, statuses, turns, scores, forks."""

from collections.abc import Callable

import pytest
from harness.tasks.db.samples import CHANGES, DbSample

from harness import Action, Environment, FormatError, Observation, Reply, Status

from .conftest import Play, answer, sql

Builder = Callable[..., Play]


def first(play: Play, changes: bool) -> DbSample:
    return next(s for s in play.task.samples("test") if s.changes is changes)


def opened(play: Play, changes: bool = False) -> tuple[DbSample, Environment]:
    sample = first(play, changes)
    return sample, play.open(sample)


def test_native_shows_names_rows_and_their_number(play: Builder) -> None:
    _, world = opened(play())
    assert sql(world, "SELECT 1 AS a, NULL AS b").text == "a | b\n1 | NULL\n(1 row)"
    assert sql(world, "SELECT 1 WHERE 0").text == "1\n(0 rows)"


def test_native_says_what_it_left_out(play: Builder) -> None:
    _, world = opened(play())
    rows = sql(
        world, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 60) SELECT i FROM n"
    )
    assert rows.text.endswith("50 of 60 rows shown; ask for fewer rows or columns)")
    endless = sql(world, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n")
    assert "50 of more than 1000 rows shown" in endless.text


def test_native_shows_the_engines_errors_and_goes_on(play: Builder) -> None:
    _, world = opened(play())
    assert sql(world, "SELECT a FROM nowhere") == Observation("Error: no such table: nowhere")


def test_several_statements_run_in_order(play: Builder) -> None:
    _, world = opened(play())
    seen = sql(world, "CREATE TABLE own (a); INSERT INTO own VALUES (';'), (2); SELECT COUNT(*) FROM own")
    assert seen.text == "COUNT(*)\n2\n(1 row)"


def test_native_says_what_was_carried_out_before_a_failure(play: Builder) -> None:
    twice, nowhere = "SELECT 1; SELECT a FROM nowhere", "no such table: nowhere"
    _, world = opened(play())
    said = f"Error: statement 2 of 2 failed: {nowhere} (carried out before it: 1)"
    assert sql(world, twice).text == said
    assert sql(world, f"{twice.split()[-1]}; SELECT 1").text.endswith("(carried out before it: 0)")
    _, published = opened(play("v0.2", engine="sqlite"))
    assert sql(published, twice).text == nowhere


def test_an_open_transaction_is_committed(play: Builder) -> None:
    sample, world = opened(play())
    table = sample.tables[1].name
    sql(world, f"BEGIN; DELETE FROM {table}")
    fork = world.fork()
    assert sql(fork, f"SELECT COUNT(*) FROM {table}").text == "COUNT(*)\n0\n(1 row)"


@pytest.mark.parametrize("profile", ["v0.2", "fc"])
def test_agentbench_shows_a_list_of_tuples_cut_at_800(play: Builder, profile: str) -> None:
    sample, world = opened(play(profile, engine="sqlite"))
    assert sql(world, "SELECT 1, 'a'").text == "[(1, 'a')]"
    assert sql(world, f"UPDATE {sample.tables[1].name} SET rowid = rowid").text == "[]"
    text = sql(world, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT i FROM n").text
    assert len(text) == 800 + len("[TRUNCATED]") and text.endswith("[TRUNCATED]")
    assert sql(world, "SELECT other").text == "no such column: other"


OPERATION = "Action: Operation\n```sql\nSELECT 1\n```\n"


@pytest.mark.parametrize("said", ["I do not know.", "Action: Operation\n", OPERATION, "\nFinal Answer:"])
def test_v02_ends_as_task_limit_without_an_answer_after_fifteen_operations(play: Builder, said: str) -> None:
    rules = play("v0.2", engine="sqlite").rules
    assert rules.turns == 16
    with pytest.raises(FormatError) as caught:
        rules.parse_last(Reply(said))
    assert rules.mistake(caught.value).status is Status.TASK_LIMIT


def test_v02_takes_an_answer_after_fifteen_operations_whatever_is_beside_it(play: Builder) -> None:
    (read,) = play("v0.2", engine="sqlite").rules.parse_last(Reply(f'{OPERATION}Final Answer: ["x"]'))
    assert read == Action("commit_final_answer", {"answers": ["x"]})


def test_v02_grades_a_change_whatever_the_status(play: Builder) -> None:
    plays = play("v0.2", engine="sqlite")
    sample, world = opened(plays, changes=True)
    sql(world, sample.reference)
    with pytest.raises(FormatError):
        plays.rules.parse(Reply("I am finished."))
    assert world.score().value == 1


@pytest.mark.parametrize(("profile", "progress"), [("fc", 1.0), ("native", 1.0)])
def test_elsewhere_a_change_counts_once_it_is_committed(play: Builder, profile: str, progress: float) -> None:
    sample, world = opened(play(profile, engine="sqlite"), changes=True)
    sql(world, sample.reference)
    assert (world.score().value, world.score().progress) == (0, progress)
    answer(world, "whatever")
    assert world.score().value == 1


def test_fc_carries_out_the_other_calls_of_a_turn(play: Builder) -> None:
    _, world = opened(play("fc", engine="sqlite"))
    assert world.step(Action("unreadable", {"why": "not JSON"})) == Observation("not JSON")
    assert sql(world, "SELECT 1").text == "[(1,)]"


def test_an_unknown_action_is_an_observation(play: Builder) -> None:
    _, world = opened(play())
    seen = world.step(Action("fly", {}))
    assert not seen.done and "execute_sql" in seen.text


def test_two_resets_are_identical(play: Builder) -> None:
    sample, world = opened(play(), changes=True)
    before = world.reset()
    sql(world, sample.reference)
    answer(world, "x")
    assert world.reset() == before
    assert world.score().value == 0


def test_a_fork_and_its_parent_do_not_see_one_another(play: Builder) -> None:
    sample, world = opened(play(), changes=True)
    sql(world, "CREATE TABLE own (a)")
    fork = world.fork()
    sql(fork, "INSERT INTO own VALUES (1)")
    sql(fork, sample.reference)
    answer(fork, "done")
    assert (world.score().value, fork.score().value) == (0, 1)
    assert sql(world, "SELECT COUNT(*) FROM own").text == "COUNT(*)\n0\n(1 row)"
    world.close()
    assert sql(fork, "SELECT COUNT(*) FROM own").text == "COUNT(*)\n1\n(1 row)"


def test_the_table_must_really_have_changed(play: Builder) -> None:
    sample, world = opened(play(), changes=True)
    assert sample.category in CHANGES
    for said in ("done", sample.gold[0], sample.reference, ""):
        answer(world, said)
        assert world.score().value == 0


@pytest.mark.parametrize("spoil", ["DROP TABLE {t}", "ALTER TABLE {t} RENAME COLUMN {c} TO other"])
def test_a_table_that_is_gone_or_altered_is_wrong_and_no_crash(play: Builder, spoil: str) -> None:
    sample, world = opened(play(), changes=True)
    table = sample.tables[0]
    sql(world, sample.reference)
    sql(world, spoil.format(t=table.name, c=table.heads[1]))
    answer(world, "done")
    assert world.score().value == 0


def test_the_problem_lists_tables_and_columns(play: Builder) -> None:
    sample = first(play(), changes=False)
    text = play().task.open(sample, play().settings).reset().text
    assert sample.question in text
    assert all(f'"{h}"' in text for t in sample.tables for h in t.heads)


def test_v02_and_fc_word_the_problem_as_agentbench_does(play: Builder) -> None:
    sample = first(play(), changes=False)
    v02, fc = (play(p, engine="sqlite") for p in ("v0.2", "fc"))
    assert v02.task.open(sample, v02.settings).reset().text == f"{sample.question}\n{sample.note}"
    assert fc.task.open(sample, fc.settings).reset().text == (
        f"Additional table information about the question: {sample.note}\nQuestion: {sample.question}\n"
    )


def test_v02_averages_the_categories_of_agentbench(play: Builder) -> None:
    plays = play("v0.2", engine="sqlite")
    said = {s.category: plays.open(s).score().category for s in plays.task.samples("test")}
    assert {said.pop(c) for c in CHANGES} == set(CHANGES)
    assert set(said.values()) == {"SELECT"}
    assert plays.task.macro(plays.settings)
    assert not plays.task.macro(play("fc", engine="sqlite").settings)
    assert not plays.task.macro(play().settings)
