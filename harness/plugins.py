"""`harness.plugins` is the top-level folder `plugins/`."""

from harness._where import folder

__path__ = folder("plugins")  # a module with __path__ is a package
