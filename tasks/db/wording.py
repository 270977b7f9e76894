"""The texts an agent reads: files in `prompts/`, or the user's own of the same name."""

import re
from pathlib import Path

from harness import Message, Settings, UsageError

HERE = Path(__file__).parent / "prompts"


def prompt(settings: Settings, name: str, **filled: str) -> str:
    """The text `name`, with `{word}` replaced where the word is one of `filled`.

    With `--prompts DIR`, `DIR/db/NAME.md` or `DIR/NAME.md` comes first.
    """
    text = _find(settings.prompts, name).read_text(encoding="utf-8").strip()
    for word, value in filled.items():
        text = text.replace("{" + word + "}", value)
    return text


def conversation(settings: Settings, name: str) -> tuple[Message, ...]:
    """An example conversation: turns headed by a line `--- user` or `--- agent`, the user's first."""
    said = re.split(r"^--- (user|agent)\n", prompt(settings, name), flags=re.MULTILINE)[1:]
    roles = {"user": "user", "agent": "assistant"}
    turns = tuple(Message(roles[r], t.strip()) for r, t in zip(said[::2], said[1::2], strict=True))
    if [m.role for m in turns] != ["user", "assistant"] * (len(turns) // 2):
        where = _find(settings.prompts, name)
        raise UsageError(f"{where}: expected turns headed by `--- user` and `--- agent`, one after the other")
    return turns


def _find(folder: Path | None, name: str) -> Path:
    if folder is None:
        return HERE / f"{name}.md"
    if not folder.is_dir():
        raise UsageError(f"--prompts {folder}: no such folder; db's own texts are in {HERE}")
    own = (folder / "db" / f"{name}.md", folder / f"{name}.md")
    return next((f for f in own if f.is_file()), HERE / f"{name}.md")
