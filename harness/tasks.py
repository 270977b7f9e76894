"""`harness.tasks` is the top-level folder `tasks/`."""

from harness._where import folder

__path__ = folder("tasks")  # a module with __path__ is a package
