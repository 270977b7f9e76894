"""One process of a training: `python -m harness.training.worker KIND RECIPE [--deepspeed NAME]`.

Started by `training/launch.py`, by torchrun, or by DeepSpeed's launcher (which adds --local_rank).
"""

import argparse
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from harness import HarnessError

from .launch import INTERRUPTED, Placement
from .recipe import Recipe
from .record import TYPED

if TYPE_CHECKING:
    from .record import Record


def main(argv: list[str] | None = None) -> int:
    # Ctrl-C while it starts; `progress.Interrupt` takes over later. The launcher holds it back until here.
    signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    parser = argparse.ArgumentParser(prog="harness.training.worker")
    parser.add_argument("kind", choices=["sft", "dpo"])
    parser.add_argument("recipe")
    parser.add_argument("--deepspeed")
    parser.add_argument("--resume", choices=["auto", "never"], default="auto")
    parser.add_argument("--command", help="what the person typed, percent-encoded")
    parser.add_argument("--local_rank", type=int, default=0)
    given = parser.parse_args(argv)
    if given.command:
        os.environ[TYPED] = unquote(given.command)
    _end_with(os.environ.get("HARNESS_PARENT"))
    rank = int(os.environ.get("RANK", "0"))
    placement = Placement(int(os.environ.get("WORLD_SIZE", "1")), given.deepspeed)
    try:
        run = runner(given.kind)
        run(Recipe.load(given.recipe), placement, given.resume == "auto")
    except HarnessError as e:
        if rank:
            time.sleep(3)  # the first process says the same, and then this one is ended
        print(f"error: {e}", file=sys.stderr, flush=True)  # noqa: T201
        return e.exit_code
    _leave()
    return 0


def runner(kind: str) -> "Callable[[Recipe, Placement, bool], Record]":
    """What trains in this process."""
    if kind == "dpo":
        from .dpo import run

        return run
    from .sft import run as run_sft

    return run_sft


def _leave() -> None:
    """Without it, torch warns of the process group that nobody closed."""
    import torch

    if torch.distributed.is_initialized():
        torch.distributed.destroy_process_group()


def _end_with(parent: str | None) -> None:
    """End when the command that started this process is gone, however it ended."""
    if parent is None:
        return

    def watch() -> None:
        while os.getppid() == int(parent):
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main())
