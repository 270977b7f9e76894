"""`tmbr`: the whole method of LLM-TMBR, as a preset of three strategies."""

from collections.abc import Callable, Sequence
from typing import Literal

from harness import Strategy, hookimpl

from .backtrack import Backtrack
from .decompose import Decompose
from .multibranch import MultiBranch


def tmbr(
    k: int = 3,
    branches: int = 2,
    paths: int = 2,
    as_needed: bool = False,
    temperature: float = 0.7,
    execute: bool = False,
    to: Literal["start", "branch"] = "start",
    judge: bool = True,
    repeats: int = 3,
    judge_tokens: int = 32,
    plan_tokens: int = 256,
) -> Sequence[Strategy]:
    """`--strategy decompose,multibranch,backtrack` with the options of all three.

    Source: LLM-TMBR (Zhou et al. 2024): 3 sub-tasks, and 2 branches and 2 paths, best in its Table 3.
    """
    return (
        Decompose(k, as_needed, repeats, judge_tokens, plan_tokens),
        MultiBranch(branches, temperature, execute, judge_tokens),
        Backtrack(paths, to, judge, repeats, judge_tokens),
    )


@hookimpl
def harness_strategy(name: str) -> Callable[..., Sequence[Strategy]] | None:
    return tmbr if name == "tmbr" else None
