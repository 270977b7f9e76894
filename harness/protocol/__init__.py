"""A reply becomes actions, or a `FormatError` with its kind: bases for each way of writing actions."""

from harness.protocol.history import cut, segments
from harness.protocol.text import TextRules
from harness.protocol.tools import ToolRules
from harness.protocol.wording import Wording

__all__ = ["TextRules", "ToolRules", "Wording", "cut", "segments"]
