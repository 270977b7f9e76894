"""What `harness synthesize` costs, and where a budget ends it."""

from pathlib import Path

import pytest
from harness.training.synthesize.money import Budget, Prices

from harness.types import Usage
from tests.training._teacher import asked, report, rows, teaching


def test_the_estimate_comes_first_and_a_dry_run_asks_nothing(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        done = asked(teacher, tmp_path / "out", "--dry-run", "-M", "price-in=2", "-M", "price-out=8")
        assert teacher.calls == 0
    assert "20 problems of db: openai/teacher writes them in 5 to 25 requests" in done.err
    assert "that is about $0." in done.err
    assert "Reply with a JSON list" in done.out
    assert not (tmp_path / "out").exists()


def test_tokens_and_dollars_are_reported_by_purpose(tmp_path: Path) -> None:
    prices = ("-M", "price-in=2", "-M", "price-out=10")
    with teaching("good") as teacher:
        said = report(asked(teacher, tmp_path / "out", "--count", "1", "--json", *prices))
    one = (900 * 2 + 100 * 10) / 1e6
    assert said["usage"]["propose"]["cost"] == pytest.approx(one)
    assert said["usage"]["act"]["cost"] == pytest.approx(2 * one)
    assert (said["tokens"], said["cost"]) == (3000, pytest.approx(3 * one))


def test_a_token_budget_ends_the_asking_and_a_larger_one_goes_on(tmp_path: Path) -> None:
    with teaching("broken", "good") as teacher:
        done = asked(teacher, tmp_path / "out", "--count", "8", "--token-budget", "2500", "--json")
        assert (done.code, report(done)["ran_out"]) == (1, "the budget of 2500 tokens")
        assert len(teacher.requests) == 3  # 2000 tokens are not yet 2500
        assert report(done)["played"] == 0
        done = asked(teacher, tmp_path / "out", "--count", "8", "--token-budget", "100000", "--json")
        assert (done.code, report(done)["solved"]) == (0, 8)
        assert len(teacher.requests) == 8  # none was asked twice
    assert len(set(teacher.requests)) == 8


def test_a_budget_that_ends_the_playing_is_gone_on_from_without_paying_twice(tmp_path: Path) -> None:
    prices = ("-M", "price-in=1000", "-M", "price-out=1000")  # a dollar a call
    with teaching("good", "change") as teacher:
        more = ("--count", "6", "--max-connections", "1", "--json", *prices)
        done = asked(teacher, tmp_path / "out", "--budget", "6", *more)
        assert (done.code, report(done)["ran_out"]) == (1, "the budget of $6")
        assert len(teacher.requests) == 3
        assert teacher.calls <= 3 + 3 + 1  # what was in flight may end
        assert report(done)["cost"] >= 6  # of episodes that are still open too
        done = asked(teacher, tmp_path / "out", "--budget", "100", *more)
        assert (done.code, report(done)["solved"]) == (0, 6)
        assert teacher.calls == 3 + 6 * 2
    assert report(done)["cost"] == pytest.approx(15)


def test_a_budget_counts_what_earlier_invocations_played_and_the_report_keeps_it(tmp_path: Path) -> None:
    out, more = tmp_path / "out", ("--per-request", "1", "--json")
    with teaching("good") as teacher:
        first = report(asked(teacher, out, "--count", "2", *more))
        assert (first["tokens"], teacher.calls) == (6000, 6)
        done = asked(teacher, out, "--count", "12", "--token-budget", "7000", *more)
        assert teacher.calls == 7
    said = report(done)
    assert (done.code, said["ran_out"], said["tokens"]) == (1, "the budget of 7000 tokens", 7000)
    assert (said["kept"], said["played"], said["solved"]) == (3, 2, 2)
    assert said["usage"]["act"] == first["usage"]["act"]
    assert [len(rows(out / f"{name}.jsonl")) for name in ("problems", "solved")] == [3, 2]


def test_what_is_kept_when_the_money_is_out_is_written_and_not_played(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with teaching("good") as teacher:
        done = asked(teacher, out, "--count", "8", "--token-budget", "2500", "--per-request", "1")
        assert teacher.calls == 3
    assert len(rows(out / "problems.jsonl")) == 3
    assert f"{out}/solved.jsonl" in done.out
    assert rows(out / "solved.jsonl") == []


def test_a_file_that_was_not_written_is_not_named(tmp_path: Path) -> None:
    with teaching("broken") as teacher:
        done = asked(teacher, tmp_path / "out", "--count", "8", "--token-budget", "2500")
    assert not (tmp_path / "out" / "solved.jsonl").exists()
    assert "solved.jsonl" not in done.out
    assert "rejected.jsonl" in done.out


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ((), "-M price-in=... -M price-out=... "),
        (("-M", "price_in=2"), "give -M price-out=... "),
        (
            ("--actor", "openai/teacher", "--actor-args", "price-in=2", "--actor-args", "price-out=8"),
            "give -M price-in=... -M price-out=... ",
        ),
        (
            ("-M", "price-in=2", "-M", "price-out=8", "--actor", "openai/x", "--actor-args", "price-out=8"),
            "give --actor-args price-in=... ",
        ),
    ],
)
def test_a_budget_in_dollars_needs_both_prices_of_both_models(
    given: tuple[str, ...], missing: str, tmp_path: Path
) -> None:
    with teaching("good") as teacher:
        done = asked(teacher, tmp_path / "out", "--budget", "5", *given)
    assert (done.code, missing in done.err) == (2, True), done.err
    assert teacher.calls == 0


def test_a_price_of_nothing_is_a_price_and_other_providers_need_none(tmp_path: Path) -> None:
    with teaching("good") as teacher:
        free = ("-M", "price-in=0", "-M", "price-out=0", "--actor", "oracle")
        assert asked(teacher, tmp_path / "out", "--budget", "5", "--count", "1", *free).code == 0


def test_a_round_is_as_wide_as_the_budget_is_likely_to_bear() -> None:
    spent = Usage(2, 1500, 500, cost=1.0)
    assert Budget().room(Usage(), 0) > 1000
    assert Budget(tokens=10_000).room(Usage(), 0) == 1
    assert Budget(tokens=10_000).room(spent, 2) == 8
    assert Budget(dollars=3.0, tokens=10_000).room(spent, 2) == 4
    assert Budget(tokens=10_000).room(spent, 2, played=Usage(4, 3000, 1000, cost=2.0)) == 4
    assert Budget(dollars=3.0).spent(spent) is None
    assert Budget(dollars=1.0).spent(spent) == "the budget of $1"
    assert Prices.of({"price_in": "2.5"}) == Prices(2.5, 0)
    assert Prices.of({}) is None
