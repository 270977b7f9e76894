"""Models under test, one provider a file; files with a leading underscore are shared by several."""
