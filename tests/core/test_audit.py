"""The audit finds each way in which a task can be unfair; a fair one passes."""

import contextlib
import io
from pathlib import Path

import pytest

from harness.audit import TaskAudit
from harness.audit.checks import CHECKS
from harness.testing import audit_task

GOOD = Path(__file__).parents[1] / "strangers" / "good.py"


def audited(tmp_path: Path, change: str = "", limit: str = "1") -> TaskAudit:
    """The audit of good.py's task with `change` added at the end of the file."""
    file = tmp_path / "changed.py"
    file.write_text(GOOD.read_text() + "\n\n" + change)
    return audit_task(file, limit=limit)


def why(audit: TaskAudit) -> str:
    assert not audit.ok
    return "\n".join(f for s in audit.samples for f in s.failures)


def test_a_fair_task_passes_every_check() -> None:
    audit = audit_task(GOOD)
    assert audit.ok
    assert audit.summary().startswith("parrot test: 3 samples, 3 fair, 0 unfair, 0 skipped (")
    names = {"expert", "silence", "random", "echo", "nonsense", "fork", "resets", "hash seed"}
    for sample in audit.samples:
        assert {name: v.ok for name, v in sample.checks.items()} == dict.fromkeys(names, True)
        assert sample.to_json()["expert"] is True


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("World.score = lambda self: Score(0.5)", "expert: the expert scores 0.5"),
        (
            "World.score = lambda self: Score(1.0)",
            "silence: doing nothing scores 1",
        ),
        (
            "World.score = lambda self: Score(float('nan'))",
            "broke: ValueError: score() gave nan, outside [0, 1]",
        ),
        (
            "World.score = lambda self: Score(float(self.said[-1:] != []))",
            "random: a random agent scores 1 in 3 of 3 games",
        ),
        (
            "World.score = lambda self: Score(float(self.said == list(self.wanted) or 'nan' in self.said))",
            "nonsense: 'nan' given as 'act(nan)' scores 1",
        ),
        (
            "World.score = lambda self: Score(float(all(w in ' '.join(self.said) for w in self.wanted)))",
            "echo: the prompt given as",
        ),
        (
            "Parrot.rules = lambda self, settings: TextRules('', turns=2)",
            "expert: the expert takes 3 turns, the rules allow 2",
        ),
        (
            "class Bare(TextRules):\n    def write(self, action, thought=''):\n"
            "        return Reply(action.arguments['input'])\n"
            "Parrot.rules = lambda self, settings: Bare('', turns=6)",
            "expert: action 1 of the expert, as written, cannot be read back",
        ),
        (
            "solve = Parrot.solve\n"
            "Parrot.solve = lambda self, sample, settings: solve(self, sample, settings)[:-1]",
            "expert: the expert has played and the episode is still open",
        ),
        (
            "def fork(self):\n    twin = copy(self)\n    return twin\nWorld.fork = fork",
            "fork: the parent, after the expert played in a fork, scores 1",
        ),
        (
            "def fork(self):\n    return World(self.wanted[::-1])\nWorld.fork = fork",
            "fork: the expert in a fork scores 0",
        ),
        (
            "import itertools\ncount = itertools.count()\n"
            "World.reset = lambda self: Observation(f'Problem {next(count)}')",
            "resets: two resets show 'Problem 0' and 'Problem 1'",
        ),
        (
            "World.reset = lambda self: Observation(str({'one', 'two', 'three', 'four', 'five'}))",
            "hash seed: its data or opening differ in a process with another hash seed",
        ),
        ("Parrot.open = lambda self, sample, settings: 1 / 0", "broke: ZeroDivisionError"),
    ],
)
def test_each_way_to_be_unfair_is_found_and_named(tmp_path: Path, change: str, said: str) -> None:
    assert said in why(audited(tmp_path, change))


def test_a_world_that_cannot_fork_must_play_again_the_same(tmp_path: Path) -> None:
    no_fork = "World.capabilities = Capabilities()\n"
    assert audited(tmp_path, no_fork).ok
    moody = (
        no_fork
        + "import itertools\ncount = itertools.count()\nstep = World.step\n"
        + "def changed(self, action):\n    seen = step(self, action)\n"
        + "    return seen if seen.done else Observation(f'{next(count)}')\nWorld.step = changed"
    )
    assert "fork: cannot fork, and played again shows" in why(audited(tmp_path, moody))


def test_where_no_expert_is_known_it_says_so_and_the_rest_is_still_proved(tmp_path: Path) -> None:
    audit = audited(tmp_path, "Parrot.solve = lambda self, sample, settings: []")
    assert audit.ok
    assert audit.samples[0].expert is None
    assert "expert: no expert is known" in audit.samples[0].notes
    assert audit.summary().endswith("; 1 without a known expert")


def test_a_right_answer_that_looks_like_nonsense_is_no_failure(tmp_path: Path) -> None:
    zero = (
        "Parrot.wanted = lambda self, sample: ('0',)\n"
        "Parrot.solve = lambda self, sample, settings: [Action('act', {'input': '0'})]\n"
        "World.step = lambda self, action: self.said.append(action.arguments['input']) or "
        "Observation('', Status.COMPLETED)\n"
    )
    audit = audited(tmp_path, zero)
    assert audit.ok, why(audit)
    assert "nonsense: right here: '0'" in audit.samples[0].notes


def test_skipped_samples_are_listed_with_their_reason_and_prove_nothing(tmp_path: Path) -> None:
    audit = audited(tmp_path, "Parrot.skipped = lambda self, split: {'1': 'its picture is missing'}", "3")
    assert [s.id for s in audit.samples] == ["0", "2", "1"]
    assert audit.samples[-1].to_json() == {
        "id": "1", "task": "parrot", "expert": None, "ok": None, "checks": {},
        "why": "skipped: its picture is missing",
    }  # fmt: skip
    assert "3 samples, 2 fair, 0 unfair, 1 skipped" in audit.summary()


def test_errata_are_marked_and_facts_reported(tmp_path: Path) -> None:
    audit = audited(
        tmp_path,
        "Parrot.errata = lambda self, sample: 'the sum is wrong'\n"
        "Parrot.facts = lambda self, split, settings: {'hashes': '3 of 3 reproduced'}\n",
    )
    assert "gold answer known to be wrong: the sum is wrong" in audit.samples[0].notes
    assert audit.facts == {"hashes": "3 of 3 reproduced"}


def test_a_task_may_say_how_an_answer_is_given(tmp_path: Path) -> None:
    change = (
        "Parrot.solve = lambda self, sample, settings: []\n"
        "Parrot.answer = lambda self, sample, text, settings: Action('act', {'input': f'<{text}>'})\n"
        "World.score = lambda self: Score(float('<inf>' in self.said))\n"
    )
    assert "nonsense: 'inf' given as 'act(<inf>)' scores 1" in why(audited(tmp_path, change))


def test_a_world_is_closed_however_a_check_ends(tmp_path: Path) -> None:
    change = (
        "made = []\nworld_init = World.__init__\n"
        "def init(self, wanted):\n    world_init(self, wanted)\n    made.append(self)\n"
        "World.__init__ = init\nWorld.close = lambda self: made.remove(self)\n"
        "World.fork = lambda self: World(self.wanted)\n"
        "World.step = lambda self, action: 1 / 0\n"
        "Parrot.teardown = lambda self: print('left open:', len(made), file=__import__('sys').stderr)\n"
    )
    with contextlib.redirect_stderr(io.StringIO()) as err:
        audited(tmp_path, change)
    assert "left open: 0" in err.getvalue()


def test_an_audit_of_no_sample_proves_nothing(tmp_path: Path) -> None:
    audit = audited(tmp_path, "Parrot.samples = lambda self, split: []")
    assert not audit.ok
    assert audit.summary().startswith("parrot test: 0 samples")


def test_every_check_is_explained_in_the_docs() -> None:
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    assert [c for c in (*CHECKS, "hash seed") if f"| `{c}` |" not in page] == []


def test_a_second_process_that_fails_is_told_of(tmp_path: Path) -> None:
    change = "import os\nif os.environ.get('PYTHONHASHSEED') == '1':\n    raise RuntimeError('not twice')\n"
    said = why(audited(tmp_path, change))
    assert "hash seed: the second process failed" in said
    assert "not twice" in said
