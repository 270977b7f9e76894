"""Kinds of sandboxes, one a file; files with an underscore are parts of `namespaces`."""
