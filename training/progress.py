"""How far a training is: a bar on a terminal, a line now and then elsewhere, and `log.jsonl` always.

Ctrl-C ends it after the update under way, with a checkpoint; a second one ends it at once.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

LOG = "log.jsonl"
NAMES = {
    "loss": "loss", "eval_loss": "eval", "learning_rate": "lr", "tokens_per_second": "tok/s",
    "rewards/accuracies": "right", "rewards/margins": "margin",
}  # fmt: skip


class Progress(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Tells on stderr, and writes the log; only in the main process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.begun = time.monotonic()
        self.before = 0.0
        """Seconds that the training had taken before it was resumed."""
        self.figures: dict[str, float] = {}
        self.bar: Any = None
        self.start = 0

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        self.begun, self.start = time.monotonic(), state.global_step
        if not state.is_world_process_zero:
            return
        self.before = _keep_until(self.folder / LOG, state.global_step)
        if sys.stderr.isatty():
            self.bar = _bar(state.global_step, state.max_steps)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.bar is not None:
            self.bar.update(self.bar.task_ids[0], completed=state.global_step, figures=_said(self.figures))

    def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **_: Any) -> None:
        numbers = {k: float(v) for k, v in (logs or {}).items() if isinstance(v, int | float)}
        if not state.is_world_process_zero or "train_runtime" in numbers:
            return
        self.figures |= numbers
        seconds = round(self.before + time.monotonic() - self.begun, 2)
        line = {"step": state.global_step, "seconds": seconds, **numbers}
        with (self.folder / LOG).open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        if self.bar is None:
            self._line(state, numbers)

    def _line(self, state: Any, numbers: dict[str, float]) -> None:
        done, seconds = state.global_step - self.start, time.monotonic() - self.begun
        left = seconds / done * (state.max_steps - state.global_step) if done else 0.0
        eta = f"  {left / 60:.0f} min left" if left > 60 else ""
        print(  # noqa: T201
            f"step {state.global_step}/{state.max_steps}  {_said(numbers)}{eta}", file=sys.stderr, flush=True
        )

    def on_train_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if self.bar is not None:
            self.bar.stop()


def _said(figures: dict[str, float]) -> str:
    shown = ((short, figures[name]) for name, short in NAMES.items() if name in figures)
    return "  ".join(f"{short} {value:.4g}" for short, value in shown)


def _bar(step: int, steps: int) -> Any:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[figures]}"), TimeRemainingColumn())
    bar = Bars(TextColumn("training"), *columns, console=Console(stderr=True))
    bar.add_task("training", total=steps, completed=step, figures="")
    bar.start()
    return bar


def _keep_until(log: Path, step: int) -> float:
    """Take away the lines after `step`: they are about to be computed again. The seconds of the last kept."""
    if not log.exists():
        return 0.0
    kept, seconds = [], 0.0
    for line in log.read_text(encoding="utf-8").splitlines():
        try:
            said = json.loads(line)
            if said["step"] <= step:
                kept.append(line + "\n")
                seconds = float(said["seconds"])
        except (ValueError, KeyError, TypeError):
            continue  # torn by a kill
    log.write_text("".join(kept), encoding="utf-8")
    return seconds


class Interrupt(TrainerCallback):  # type: ignore[misc, unused-ignore]
    """Ends the training after the update in which Ctrl-C came, in all processes at the same one."""

    def __init__(self) -> None:
        self.asked = False
        self.stopped = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Catch SIGINT and SIGTERM; a second one is not caught."""
        before = {s: signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)}

        def ask(number: int, frame: object) -> None:
            self.asked = True
            if os.environ.get("RANK", "0") == "0":
                print("\nending after this update (again to end at once)", file=sys.stderr, flush=True)  # noqa: T201
            for known, handler in before.items():
                signal.signal(known, handler)

        for known in before:
            signal.signal(known, ask)
        try:
            yield
        finally:
            for known, handler in before.items():
                signal.signal(known, handler)

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if not self._anyone(args) or state.global_step >= state.max_steps:
            return
        self.stopped = control.should_save = control.should_training_stop = True
        control.should_log = True  # or what was counted since the last line would be lost

    def _anyone(self, args: Any) -> bool:
        if args.world_size == 1:
            return self.asked
        import torch

        said = torch.tensor(int(self.asked), device=args.device)
        torch.distributed.all_reduce(said, torch.distributed.ReduceOp.MAX)
        return bool(said.item())
