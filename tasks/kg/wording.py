"""The texts an agent reads: files in `prompts/`, or the user's own of the same name."""

from pathlib import Path

from harness.protocol import Wording

WORDING = Wording("kg", Path(__file__).parent / "prompts")
prompt = WORDING.text
conversation = WORDING.turns
