"""What a profile fixes besides the wording: limits, truncation, and which gold counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


def published_cut(output: str) -> str:
    """AgentBench's: over 800 characters, the first 780 and its marker."""
    return output if len(output) <= 800 else f"{output[:780]}\n[truncated because the output is too long]"


def both_ends(output: str, head: int = 700, tail: int = 300) -> str:
    """Ours: the beginning and the end, and how much is missing between them."""
    missing = len(output) - head - tail
    if missing <= 0:
        return output
    return f"{output[:head]}\n[... {missing} characters left out ...]\n{output[-tail:]}"


@dataclass(frozen=True, slots=True)
class Play:
    """One profile's fixed values (spec/agentbench.md, section 2)."""

    seconds: float
    """Time limit of a command."""
    cut: Callable[[str], str]
    folder: str
    """Where the agent's shell, references and checks begin."""
    corrected: bool
    """Whether repaired golds and comparators count; otherwise the published ones do."""
    says_stopped: bool = True
    """Whether the agent is told that its command was stopped at the limit."""


PROFILES: Mapping[str, Play] = {
    "native": Play(10.0, both_ends, "/root", corrected=True),
    "v0.2": Play(30.0, published_cut, "/", corrected=False, says_stopped=False),
    "fc": Play(30.0, published_cut, "/root", corrected=False),
}
