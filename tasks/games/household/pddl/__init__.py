"""ALFWorld's game files and its own engine: read, written, adopted and played."""
