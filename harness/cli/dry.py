"""`harness run --dry-run`: what would be played, and about how much that is."""

import json
from typing import Any

import click


def show(run: Any, as_json: bool) -> None:
    """Print the plan: samples, episodes, and the most turns they can take."""
    rows = [_row(p, run.spec.epochs) for p in run.planned]
    said = {
        "model": run.record.model,
        "strategy": run.record.strategy,
        "tasks": rows,
        "episodes": sum(r["episodes"] for r in rows),
        "turns_at_most": sum(r["turns_at_most"] for r in rows),
    }
    if as_json:
        click.echo(json.dumps(said))
        return
    click.echo(f"model {said['model']}, strategy {said['strategy']}")
    for r in rows:
        click.echo(
            f"  {r['task']}: {r['samples']} samples of {r['split']} ({r['profile']}, {r['protocol']}), "
            f"{r['episodes']} episodes, at most {r['turns_at_most']} turns on single paths"
        )
    click.echo(
        f"{said['episodes']} episodes. A turn is one model call under react; multibranch adds a judge's "
        "call where candidates differ, decompose one for the plan and one a turn, backtrack plays anew."
    )


def _row(planned: Any, epochs: int) -> dict[str, Any]:
    episodes = len(planned.samples) * epochs
    return {
        "task": planned.task.name,
        "split": planned.split,
        "profile": planned.settings.profile,
        "protocol": planned.settings.protocol,
        "samples": len(planned.samples),
        "episodes": episodes,
        "turns_at_most": episodes * planned.rules.turns,
    }
