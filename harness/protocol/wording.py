"""The texts an agent reads: a task's own files, or the user's of the same name (`--prompts DIR`)."""

import re
from dataclasses import dataclass
from pathlib import Path

from harness.errors import UsageError
from harness.types import Message, Settings


@dataclass(frozen=True, slots=True)
class Wording:
    """The `prompts/` folder of a task.

        WORDING = Wording("kg", Path(__file__).parent / "prompts")

    With `--prompts DIR`, `DIR/kg/NAME.md` or `DIR/NAME.md` comes before the task's own `NAME.md`; with
    `--interface renamed`, `renamed/NAME.md` does, where there is one.
    """

    task: str
    folder: Path

    def text(self, settings: Settings, name: str, **filled: str) -> str:
        """The text `name`, with `{word}` replaced where the word is one of `filled`.

        Braces in what is filled in stay what they are: some of it are the agent's words.
        """
        text = self._find(settings, name).read_text(encoding="utf-8").strip()
        return re.sub(r"\{(\w+)\}", lambda found: filled.get(found[1], found[0]), text)

    def turns(self, settings: Settings, name: str) -> tuple[Message, ...]:
        """An example conversation: turns headed by `--- user` and `--- agent` lines, the user's first.

        Raises `UsageError` naming the file where they are not in turn.
        """
        said = re.split(r"^--- (user|agent)\n", self.text(settings, name), flags=re.MULTILINE)[1:]
        roles = {"user": "user", "agent": "assistant"}
        turns = tuple(Message(roles[r], t.strip()) for r, t in zip(said[::2], said[1::2], strict=True))
        if [m.role for m in turns] != ["user", "assistant"] * (len(turns) // 2):
            where = self._find(settings, name)
            raise UsageError(
                f"{where}: expected turns headed by `--- user` and `--- agent`, one after the other"
            )
        return turns

    def _find(self, settings: Settings, name: str) -> Path:
        usual, renamed = self.folder / f"{name}.md", self.folder / "renamed" / f"{name}.md"
        if settings.options.get("interface") == "renamed" and renamed.is_file():
            usual = renamed
        folder = settings.prompts
        if folder is None:
            return usual
        if not folder.is_dir():
            raise UsageError(
                f"--prompts {folder}: no such folder; {self.task}'s own texts are in {self.folder}"
            )
        own = (folder / self.task / f"{name}.md", folder / f"{name}.md")
        return next((f for f in own if f.is_file()), usual)
