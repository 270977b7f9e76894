"""`harness audit`: proves that a task is fair, sample by sample (DESIGN 4.3).

The expert scores 1 under the real rules; silence, a random agent, the echoed prompt, nonsense and
injection strings do not; two resets agree, here and in a process with another hash seed; and a fork
does not disturb its parent.
"""

from harness.audit.task import TaskAudit, audit_task
from harness.audit.verdict import SampleAudit

__all__ = ["SampleAudit", "TaskAudit", "audit_task"]
