"""The built-in strategies, one file each, written as a stranger would write them."""
