"""The task's own words, from `prompts/*.md`; a user's folder replaces any of them."""

from pathlib import Path

from harness import Message, Settings

HERE = Path(__file__).parent / "prompts"


def load(name: str, settings: Settings) -> str:
    """The text of `NAME.md`: from the folder of `--prompts` (`os/NAME.md` in it) where it is there."""
    for folder in (settings.prompts and settings.prompts / "os", HERE):
        if folder and (file := folder / f"{name}.md").is_file():
            return file.read_text(encoding="utf-8").strip()
    raise FileNotFoundError(HERE / f"{name}.md")


def conversation(text: str) -> list[Message]:
    """A file of turns: a line `### user` or `### assistant` starts each.

    >>> [m.role for m in conversation("### user\\nHi\\n### assistant\\nHello")]
    ['user', 'assistant']
    """
    messages: list[Message] = []
    for part in f"\n{text}".split("\n### ")[1:]:
        role, _, content = part.partition("\n")
        messages.append(Message(role.strip(), content.strip()))
    return messages
