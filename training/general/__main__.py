"""Shows some of the bundled general data: `python -m harness.training.general [COUNT]`, as JSONL."""

import json
import sys

from ..conversation import to_json
from . import conversations

for row in conversations(int(sys.argv[1]) if len(sys.argv) > 1 else 10):
    sys.stdout.write(json.dumps(to_json(row), ensure_ascii=False) + "\n")
