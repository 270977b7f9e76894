"""New questions about a machine that a teacher prepares: a script, the question, and a command.

The gold is what the command prints on the prepared machine, found once, when the problem is new, in two
machines of which both must print the same. Problems that ask for a change are not made.

Both machines run at the same moment on the same host, so what reads the clock or the host is refused by its
words (`sway`). Not covered: programs in other languages that do so, times of files that the preparation has
just made, and files of the base system.
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
_INNER = r"\b(?:(?:ba|da)?sh\s+-\w*c|eval)\s+"
"""What runs the text after it."""
_START = (
    rf"(?:^|[;&|(`!{{]|\b(?:do|then|else|if|while|until|sudo|xargs)\b|{_INNER}['\"])"
    r"[ \t]*(?:\w+=\S*[ \t]+)*(?:/[\w./-]*/)?"
)
"""Where a shell looks for the name of a program; values of variables and a folder may precede it."""
_END = r"(?=[\s;&|)`<>~'\"]|$)"
_HOST = re.compile(
    rf"{_START}(uptime|hostname|hostnamectl|timedatectl|uname|arch|nproc|lscpu|free|vmstat|ps|top|df|who|w){_END}"
    r"|((?<![\w.-])/(?:proc|sys)/|\bEPOCH(?:SECONDS|REALTIME)\b|\$\{?(?:HOSTNAME|SECONDS)\b|%[(~][^)\n]*\)T)",
    re.MULTILINE,
)
_DRAWN = re.compile(r"\bS?RANDOM\b")
_DATE = re.compile(rf"{_START}date{_END}([^;&|)`\n]*)", re.MULTILINE)
_OF_FILE = re.compile(r"(?:^|\s)(?:-[uR]*[rf]\b|--reference\b|--file\b)")
_OF_DATE = re.compile(r"(?:^|\s)(?:-[uR]*d|--date)[\s=]*(.*)")
_YEAR = re.compile(r"\b(?:19|20)\d\d(?:\d{4})?\b(?![\s~]*[a-z])", re.IGNORECASE)
_RELATIVE = re.compile(r"(?<![a-z])(?:ago|now|today|yesterday|tomorrow|next|last)(?![a-z])", re.IGNORECASE)
_QUOTED = re.compile(
    rf"""
    (?P<code>{_INNER}(?:'[^']*'|"(?:\\.|[^"\\])*")|\\.)
    |(?:^|(?<=\s))\#[^\n]*
    |<<-?\s*(?P<q>['"]?)(?P<end>\w+)(?P=q).*?\n[ \t]*(?P=end)\b
    |'[^']*'
    |"(?:\\.|[^"\\])*"
    """,
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)


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
        if found := sway(prepare) or sway(command) or _DRAWN.search(command):
            raise Unfit("the answer depends on chance, the clock or the machine", found[0].strip())
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


def sway(code: str) -> "re.Match[str] | None":
    """Where a bash program reads the clock or the machine it runs on.

    `date` may read a file or a date that is written out: `-r FILE`, `-d 2024-02-01`, `-d "$day"`. Drawn
    numbers are not looked for: those of a preparation are the same in every reset.
    """
    bare = _QUOTED.sub(_masked, code)
    dates = (found for found in _DATE.finditer(bare) if not _fixed(found[1]))
    return _HOST.search(bare) or next(dates, None)


def _fixed(options: str) -> bool:
    """Whether `date` with these options says the same tomorrow."""
    if _OF_FILE.search(options):
        return True
    found = _OF_DATE.search(options)
    if found is None:
        return False
    day = found[1].lstrip("'\"")
    return bool(_YEAR.search(day)) or (day[:1] in ("@", "$", "") and not _RELATIVE.search(day))


def _masked(quoted: "re.Match[str]") -> str:
    """Text that bash does not run, so that no word of it is taken for a command."""
    text, literal = quoted[0], quoted[0][0] in "'#" or bool(quoted["q"])
    if quoted["code"] or (not literal and ("$(" in text or "`" in text)):
        return text
    return re.sub(r"[\s;&|(`!{]", "~", text)
