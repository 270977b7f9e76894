"""`backtrack`: when a path ends badly, the episode goes back and tries another."""

from collections.abc import Sequence
from typing import Any, Literal

from harness import END, Candidate, Message, Node, Status, Strategy, Tree, hookimpl

from ._judge import agrees, choose, history, outcome, shorten, task
from ._paths import at_least, looping, tip

HINT = "An earlier attempt at this task did not end with the best answer. Learn from it and act differently."
FORBID = "Do not take any of these actions now, they have been tried:"
SOLVED = "Look at what an agent did about a task and judge the end of it."
BETTER = "An agent tried a task several times. Choose the attempt whose result solves it best."
EARLIER_ROOM = 600
ACTION_ROOM = 150


class Backtrack(Strategy):
    """Plays up to `paths` paths; a new one begins where the last one ended badly.

    A path ends badly if its status is anything but completed, if it repeats the same one to three
    steps `repeats` times (it is then cut off as `task limit`, as long as another path is left), or if
    it is completed and the judge says that the task is not solved. The true score is never looked at.
    On the new path the prompt says that the earlier answer was not the best, lists what was done, and
    forbids the actions already executed at the same state.

    Of several completed paths the one the judge accepted is submitted; if it accepted none, the one
    it prefers of them, and where it names none, the last. Name it after strategies whose candidates
    it is to come back to: `--strategy multibranch,backtrack`.

    Source: LLM-TMBR (Zhou et al. 2024), section on backtracking; Table 3 is best at 2 paths. The
    paper does not say how a result is found to be "not the best"; these three signs are ours.

    paths         attempts in all; 1 never goes back
    to            start: as in the paper. branch: to the last state with a candidate that was proposed
                  and not followed, which is then executed; to the start where there is none
    judge         ask the judge about completed paths
    repeats       how often steps repeat in a loop; below 2 looks for none
    judge_tokens  room for the judge's answer; 0 for the run's own --max-tokens
    """

    name = "backtrack"

    def __init__(
        self,
        paths: int = 2,
        to: Literal["start", "branch"] = "start",
        judge: bool = True,
        repeats: int = 3,
        judge_tokens: int = 32,
    ) -> None:
        at_least(self.name, "paths", paths, 1)
        at_least(self.name, "repeats", repeats, 0)
        self.paths = paths
        self.to = to
        self.asks = judge
        self.repeats = repeats
        self.judge_tokens = judge_tokens
        self.returns = paths > 1 and to == "branch"  # back to the start takes a fresh world, not forks
        self.ended: list[Node] = []
        """Where each path that was given up ended."""
        self._resumed: Node | None = None
        """The state whose untried candidates are next."""

    async def select(self, tree: Tree) -> Any:
        """Straight on while the path is open; at its end, back or END."""
        end, left = tip(tree), self.paths - 1 - len(self.ended)
        looped = end.open and left > 0 and looping(end, self.repeats)
        if end.open and not looped:
            return None
        if left <= 0 or await self._good(end, tree):
            return END
        if (back := self._back(tree)) is None:
            return None if end.open else END
        if looped:
            end.notes["loop"] = True
            tree.end(end, Status.TASK_LIMIT)
        self.ended.append(end)
        return back

    async def _good(self, end: Node, tree: Tree) -> bool:
        """Completed, and the judge does not object."""
        if end.status is not Status.COMPLETED:
            return False
        if not self.asks:
            return True
        question = f"{SOLVED}\n\n{task(tree)}\n\n{history(end)}\n\nIs the task fully and correctly solved?"
        answer = await agrees(self.name, tree, end, question, self.judge_tokens)
        if answer is not None:
            end.value = float(answer)
        return answer is not False

    def _back(self, tree: Tree) -> Node | None:
        """The state to go back to."""
        if self.to == "branch":
            for node in reversed(tree.nodes):
                if node.open and node.aside and not node.children:
                    node.aside = False
                    return node
                if node.open and node.notes.get("untried"):
                    self._resumed = node
                    return node
        return tree.root if tree.root.open else None

    def advise(self, node: Node, tree: Tree) -> str | None:
        """On a later path: what was tried, and what not to do again here."""
        said = []
        if self.ended:
            said += [HINT, *self._earlier()]
        tried = dict.fromkeys(
            _short(n.candidate) for n in node.children if n.candidate and not n.candidate.error
        )
        if tried:
            said += [FORBID, *(f"- {action}" for action in tried)]
        return "\n".join(said) or None

    def _earlier(self) -> list[str]:
        """The paths so far, one a line."""
        room = EARLIER_ROOM // len(self.ended)
        lines = []
        for n, end in enumerate(self.ended, 1):
            actions = "; ".join(_short(step.candidate) for step in end.path()[1:])
            lines.append(f"Attempt {n}: {shorten(actions, room) or 'nothing done'} ({end.status})")
        return lines

    def propose(self, node: Node, advice: Sequence[str | Message], tree: Tree) -> list[Candidate] | None:
        """At a state it came back to: the candidates that are left."""
        if self._resumed is not node:
            return None
        self._resumed = None
        left: list[Candidate] = node.notes.pop("untried")
        return left

    async def submit(self, tree: Tree) -> Node | None:
        """The completed path that the judge accepted or prefers, else the last."""
        done = [n for n in tree.nodes if n.status is Status.COMPLETED and not n.aside]
        if len(done) < 2 or not self.asks:
            return done[-1] if done else None
        if (accepted := next((n for n in reversed(done) if n.value == 1), None)) is not None:
            return accepted
        shown = [f"{history(n, 300)}\nEnd: {outcome(n)}" for n in done]
        question = f"{BETTER}\n\n{task(tree)}\n\nAttempts:"
        index = await choose(self.name, tree, tree.root, question, shown, self.judge_tokens)
        return done[-1 if index is None else index]


def _short(candidate: Candidate | None) -> str:
    return shorten(str(candidate), ACTION_ROOM)


@hookimpl
def harness_strategy(name: str) -> type[Strategy] | None:
    return Backtrack if name == Backtrack.name else None
