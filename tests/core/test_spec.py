"""What decides a run, and what of it is written down."""

import pytest

from harness.errors import UsageError
from harness.plan import limit_range
from harness.spec import RunSpec


def test_passwords_in_urls_are_not_recorded() -> None:
    spec = RunSpec(("db",), "m", task_options={"db-url": "mysql://me:secret@host"})
    assert "secret" not in str(spec.decides())
    assert "me:***@host" in str(spec.decides())


def test_how_a_run_is_carried_out_does_not_change_its_plan() -> None:
    assert RunSpec(("db",), "m", max_samples=1).digest == RunSpec(("db",), "m", max_samples=64).digest
    assert RunSpec(("db",), "m", seed=1).digest != RunSpec(("db",), "m", seed=2).digest


def test_a_limit_is_a_number_a_range_or_a_share() -> None:
    samples = list(range(1, 61))
    assert samples[limit_range("3", 60)] == [1, 2, 3]
    assert samples[limit_range("10-12", 60)] == [10, 11, 12]
    assert len(samples[limit_range("0.5", 60)]) == 30
    assert samples[limit_range("59-70", 60)] == [59, 60]


@pytest.mark.parametrize("limit", ["0", "0-5", "7-3", "-3", "0.0", "1.5", "some"])
def test_a_limit_that_can_leave_nothing_is_refused(limit: str) -> None:
    with pytest.raises(UsageError, match=f"--limit {limit}: "):
        limit_range(limit, 60)
