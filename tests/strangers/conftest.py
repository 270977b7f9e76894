"""The files beside the tests are plug-ins, some of them broken: pytest must not import them."""

from pathlib import Path

collect_ignore = [f.name for f in Path(__file__).parent.glob("[!t_]*.py") if f.name != "conftest.py"]
