"""The texts an agent and a judge read: files in `prompts/`, or the user's own of the same name."""

from pathlib import Path

from harness.protocol import Wording

WORDING = Wording("puzzles", Path(__file__).parent / "prompts")
prompt = WORDING.text
