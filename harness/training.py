"""`harness.training` is the top-level folder `training/`."""

from harness._where import folder

__path__ = folder("training")  # a module with __path__ is a package
