"""Web tasks: a shop, and real pages."""
