"""The task's own words, from `prompts/*.md`; a user's folder replaces any of them."""

from pathlib import Path

from harness.protocol import Wording

WORDING = Wording("os", Path(__file__).parent / "prompts")
