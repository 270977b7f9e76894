"""Options of `-S`: texts become what the strategy declares, or a message that says what would do."""

from typing import Any

import pytest
from harness.plugins.strategies.backtrack import Backtrack
from harness.plugins.strategies.multibranch import MultiBranch
from harness.plugins.strategies.react import React

from harness import UsageError
from harness.strategy import coerce


@pytest.mark.parametrize(
    ("typed", "values"),
    [
        ({"branches": "3"}, {"branches": 3}),
        ({"temperature": "1"}, {"temperature": 1.0}),
        ({"execute": "True"}, {"execute": True}),
        ({"execute": "0"}, {"execute": False}),
        ({}, {}),
    ],
)
def test_texts_become_what_the_strategy_declares(typed: dict[str, str], values: dict[str, Any]) -> None:
    assert coerce(MultiBranch, "multibranch", typed) == values


@pytest.mark.parametrize(
    ("factory", "typed", "message"),
    [
        (MultiBranch, {"branches": "two"}, "-S branches=two: strategy 'x' expects a whole number there"),
        (MultiBranch, {"temperature": "nan"}, "-S temperature=nan: strategy 'x' expects a number there"),
        (MultiBranch, {"execute": "maybe"}, "-S execute=maybe: strategy 'x' expects true or false there"),
        (Backtrack, {"to": "end"}, "-S to=end: strategy 'x' expects start or branch there"),
        (React, {"branches": "2"}, "strategy 'x' has no option 'branches'; it has none"),
    ],
)
def test_what_does_not_fit_is_a_usage_error_that_says_what_does(
    factory: Any, typed: dict[str, str], message: str
) -> None:
    with pytest.raises(UsageError) as error:
        coerce(factory, "x", typed)
    assert str(error.value) == message
