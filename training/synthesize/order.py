"""What `harness synthesize` was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from harness import Generation, ModelOptions, UsageError
from harness.cli.options import pairs, strategies, task_options
from harness.spec import RunSpec

from .money import Budget, unpriced
from .proposing import Plan

SCRIPTLESS: Final = ("oracle", "random", "silent")
"""Models that write nothing of their own."""


@dataclass(frozen=True, slots=True)
class Order:
    """The command line, read."""

    spec: RunSpec
    """How the problems are played; its split is the file of problems."""
    teacher: str
    teacher_options: ModelOptions
    plan: Plan
    budget: Budget
    output: Path

    @property
    def task(self) -> str:
        return self.spec.tasks[0]

    @property
    def training(self) -> RunSpec:
        """For setting the task up with its own training split."""
        return replace(self.spec, split="train")

    def decides(self) -> dict[str, Any]:
        """What an output folder is made by; budget, tempo, count and number of requests may change."""
        args = {k: v for k, v in self.teacher_options.args.items() if not k.startswith("price")}
        return {
            "task": self.task,
            "teacher": self.teacher,
            "teacher_args": args,
            "actor": self.spec.model,
            "strategy": list(self.spec.strategy),
            "profile": self.spec.profile,
            "protocol": self.spec.protocol,
            "task_options": dict(self.spec.task_options),
            "prompts": str(self.spec.prompts.resolve()) if self.spec.prompts else None,
            "per_request": self.plan.each,
            "seed": self.plan.seed,
            "temperature": self.plan.generation.temperature,
            "max_tokens": self.plan.generation.max_tokens,
        }


def order_of(given: Mapping[str, Any]) -> Order:
    """Raises `UsageError` for what does not go together."""
    if given["teacher"].partition("/")[0] in SCRIPTLESS:
        raise UsageError(
            f"--teacher {given['teacher']} writes no problems; take a model, such as openai/NAME with "
            "--base-url (an --actor may be the oracle)"
        )
    options, acting = _options(given)
    actor = given["actor"] or given["teacher"]
    count, each = given["count"], given["per_request"]
    plan = Plan(
        count,
        each,
        given["max_requests"] or 5 * -(-count // each),
        given["seed"],
        Generation(temperature=given["temperature"], max_tokens=given["max_tokens"]),
    )
    spec = RunSpec(
        (given["task"],),
        actor,
        strategies(given["strategy"]),
        task_options=task_options(dict(given)),
        profile=given["profile"],
        protocol=given["protocol"],
        split=str(given["output"] / "problems.jsonl"),
        seed=given["seed"],
        prompts=given["prompts"],
        model_options=acting,
        max_samples=min(8, given["max_connections"]),
    )
    budget = Budget(given["budget"], given["token_budget"])
    if budget.dollars:
        _has_prices("-M", given["teacher"], options)
        if given["actor"] is not None:
            _has_prices("--actor-args", actor, acting)
    return Order(spec, given["teacher"], options, plan, budget, given["output"])


def _options(given: Mapping[str, Any]) -> tuple[ModelOptions, ModelOptions]:
    """Of the teacher and of the actor."""
    common = {"max_connections": given["max_connections"], "seed": given["seed"]}
    teacher = ModelOptions(given["base_url"], args=pairs("-M", given["teacher_args"]), **common)
    if given["actor"] is not None:
        args = pairs("--actor-args", given["actor_args"])
        return teacher, ModelOptions(given["actor_base_url"], args=args, **common)
    if given["actor_base_url"] or given["actor_args"]:
        raise UsageError("--actor-base-url and --actor-args are of an --actor, and none is given")
    return teacher, teacher


def _has_prices(flag: str, model: str, options: ModelOptions) -> None:
    """Raises `UsageError` for a model that is paid for and lacks a price. Other providers cost no dollars."""
    if model.startswith("openai/") and (missing := unpriced(options.args)):
        raise UsageError(
            f"--budget is in US dollars, and not all prices of {model} are known: give "
            f"{' '.join(f'{flag} {key}=...' for key in missing)} (dollars for a million tokens), or limit "
            "tokens by --token-budget"
        )
