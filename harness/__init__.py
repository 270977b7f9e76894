"""Everything a plug-in needs is importable from here, and nothing else is public."""

from harness.environment import Capabilities, Environment
from harness.errors import (
    ContextLimit,
    EnvironmentFailure,
    FormatError,
    HarnessError,
    ModelError,
    PluginError,
    UsageError,
)
from harness.events import Event
from harness.executor import Executor
from harness.exporter import Exporter, Picked
from harness.hooks import hookimpl
from harness.interface import Renames
from harness.model import (
    Episode,
    Generation,
    Model,
    ModelCapabilities,
    ModelOptions,
    Request,
    Response,
    checkpoint_of,
)
from harness.protocol import TextRules, ToolRules
from harness.rules import Rules, Tool
from harness.sandbox import Result, Sandbox, SandboxProvider
from harness.strategy import END, Strategy
from harness.synthesis import Synthesis, Unfit, Wanted
from harness.task import Host, Task, Tell
from harness.tree import Candidate, Node, Tree
from harness.types import (
    Action,
    Message,
    Observation,
    Reply,
    Sample,
    Score,
    Settings,
    Status,
    ToolCall,
    Usage,
)

__all__ = [
    "END",
    "Action",
    "Candidate",
    "Capabilities",
    "ContextLimit",
    "Environment",
    "EnvironmentFailure",
    "Episode",
    "Event",
    "Executor",
    "Exporter",
    "FormatError",
    "Generation",
    "HarnessError",
    "Host",
    "Message",
    "Model",
    "ModelCapabilities",
    "ModelError",
    "ModelOptions",
    "Node",
    "Observation",
    "Picked",
    "PluginError",
    "Renames",
    "Reply",
    "Request",
    "Response",
    "Result",
    "Rules",
    "Sample",
    "Sandbox",
    "SandboxProvider",
    "Score",
    "Settings",
    "Status",
    "Strategy",
    "Synthesis",
    "Task",
    "Tell",
    "TextRules",
    "Tool",
    "ToolCall",
    "ToolRules",
    "Tree",
    "Unfit",
    "Usage",
    "UsageError",
    "Wanted",
    "checkpoint_of",
    "hookimpl",
]
