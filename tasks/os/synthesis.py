"""New questions about a machine that a teacher prepares: a script, the question, and a command.

The gold is what the command prints on the prepared machine, found once, when the problem is new, in two
machines of which both must print the same. Problems that ask for a change are not made.
"""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from harness import Message, Sample, Settings, Synthesis, Unfit, Wanted

from .generate import samples
from .play import PROFILES
from .prompts import WORDING
from .samples import OsSample, Script, Value
from .scripts import run
from .toolbox import Machines
from .vocabulary import TRAIN

LONGEST = 60
"""Characters of an answer."""
WORDS = 6


class OsSynthesis(Synthesis):
    """A problem: `prepare`, `question`, `command`, and the `gold` that `settle` finds."""

    def __init__(self, settings: Settings, machines: Machines) -> None:
        self.settings, self.machines = settings, machines

    def ask(self, random: Random, count: int, show: Callable[[Sample], str]) -> Wanted:
        worked = random.choice([s for s in samples("train") if isinstance(s.grading, Value) and not s.start])
        said = WORDING.text(
            self.settings,
            "synthesis",
            count=str(count),
            root=random.choice(TRAIN.roots),
            words=", ".join(random.sample((*TRAIN.stems, *TRAIN.words, *TRAIN.people), WORDS)),
            trajectory=show(worked),
        )
        return Wanted((Message("user", said),), {})

    def settle(self, problem: Mapping[str, Any]) -> Mapping[str, Any]:
        prepare = self.field(problem, "prepare", str, 8000)
        command = self.field(problem, "command", str, 2000)
        golds = {self._answer(prepare, command) for _ in range(2)}
        if len(golds) > 1:
            raise Unfit("the command prints something else each time", " or ".join(sorted(golds)))
        return {**problem, "gold": golds.pop()}

    def sample(self, problem: Mapping[str, Any], id: str) -> OsSample:
        prepare = self.field(problem, "prepare", str, 8000)
        command = self.field(problem, "command", str, 2000)
        question, gold = self.field(problem, "question", str, 1000), self.field(problem, "gold", str, LONGEST)
        if gold in re.findall(r"[\w./-]+", question):
            raise Unfit("the question holds its answer", gold)
        kind = "integer" if re.fullmatch(r"-?\d+", gold) else "text"
        return OsSample(
            id,
            self.split,
            question,
            Value(gold, kind),
            (Script(prepare),),
            expert=(command,),
            labels=("synthesized",),
        )

    def key(self, sample: Sample) -> str:
        """The preparation and the command."""
        assert isinstance(sample, OsSample)
        return "\n".join([*(s.code.strip() for s in sample.init), *sample.expert])

    def _answer(self, prepare: str, command: str) -> str:
        """What the command prints on a machine of its own."""
        play = PROFILES[self.settings.profile]
        sandbox = self.machines.open()
        try:
            prepared = run(sandbox, Script(f"RANDOM=20231\n{prepare}"), folder="/")  # as in every reset
            if prepared.code != 0:
                said = (prepared.errors or prepared.output).strip()[-200:]
                raise Unfit("its preparation fails", said or f"status {prepared.code}")
            sandbox.run(f"cd {play.folder}")
            done = sandbox.run(command, play.seconds)
        finally:
            sandbox.close()
        answer = done.output.strip()
        if done.code != 0:
            raise Unfit("its command fails", answer[-200:] or f"status {done.code}")
        if not 0 < len(answer) <= LONGEST or "\n" in answer:
            raise Unfit("the answer is not one short line", answer[:200])
        if answer.lstrip("-").isdigit() and int(answer) <= 2:
            raise Unfit("the answer could be guessed", answer)
        return answer
