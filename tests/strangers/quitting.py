"""A script that ends the process when it is imported."""

raise SystemExit("not meant to be imported")
