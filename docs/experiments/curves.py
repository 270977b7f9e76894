"""Training curves as a picture (needs matplotlib): python curves.py CHECKPOINT PICTURE.png"""

import json
import sys
from pathlib import Path

import matplotlib.pyplot as plt


def main(checkpoint: Path, picture: Path) -> None:
    lines = [json.loads(line) for line in (checkpoint / "log.jsonl").read_text().splitlines()]
    trained = [(at["step"], at["loss"], at["learning_rate"]) for at in lines if "loss" in at]
    held_out = [(at["step"], at["eval_loss"]) for at in lines if "eval_loss" in at]
    figure, (above, below) = plt.subplots(2, 1, figsize=(7, 5), sharex=True, height_ratios=(3, 1))
    above.plot([s for s, *_ in trained], [loss for _, loss, _ in trained], marker=".", label="training")
    if held_out:
        above.plot(*zip(*held_out, strict=True), "s", label="validation (other problems)")
    above.set_ylabel("loss, nats a trained token")
    above.set_ylim(bottom=0)
    above.legend()
    below.plot([s for s, *_ in trained], [rate for *_, rate in trained])
    below.set_ylabel("learning rate")
    below.set_xlabel("update")
    figure.suptitle(str(checkpoint))
    figure.tight_layout()
    figure.savefig(picture, dpi=110)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
