"""What a server's failure means: the prompt is too long, try again, or give up.

Wordings and codes are those of OpenAI, vLLM, SGLang, llama.cpp, TGI and Mistral, as seen in their
sources and issue trackers.
"""

import random
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

CODES = ("context_length_exceeded", "exceed_context_size_error", "context_window_exceeded")
WORDS = re.compile(
    r"maximum context length|context length|context size|context window|exceeds? (the )?(model'?s? )?context"
    r"|max_model_len|maximum model length|prompt is too long|prompt too long"
    r"|too large for model with|longer than the model|`inputs` tokens"
    r"|reduce the length of the (messages|prompt)",
    re.IGNORECASE,
)
INPUT = (
    re.compile(r"(\d+) (?:input tokens|in the messages|in the prompt|tokens from the input)"),
    re.compile(r"(?:messages resulted in|prompt contains(?: at least)?) (\d+)", re.IGNORECASE),
)
CONTEXT = re.compile(r"(?:maximum context length|context length)(?: is| of)? \(?(\d+)", re.IGNORECASE)
RETRIED = (408, 409, 429)
LONGEST = 30.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """A status of 400 or more, and what came with it."""

    status: int
    error: Mapping[str, Any]
    headers: Mapping[str, str]

    @classmethod
    def read(cls, status: int, body: Any, headers: Mapping[str, str]) -> "Refusal":
        """From a body in any of the usual forms: {"error": {...}}, {"message": ...}, or plain text."""
        error = body.get("error", body) if isinstance(body, Mapping) else body
        if not isinstance(error, Mapping):
            error = {"message": "" if error is None else str(error)}
        return cls(status, error, headers)

    @classmethod
    def inside(cls, answer: Mapping[str, Any]) -> "Refusal":
        """From an answer of status 200 that holds an error, as some gateways send."""
        refusal = cls.read(502, answer, {})
        code = refusal.error.get("code")
        return cls(code, refusal.error, {}) if isinstance(code, int) and 400 <= code < 600 else refusal

    @property
    def message(self) -> str:
        said = self.error.get("message") or self.error.get("detail") or self.error.get("error") or ""
        return said if isinstance(said, str) else str(said)

    @property
    def is_context(self) -> bool:
        """The prompt, or prompt and room for the reply, do not fit."""
        if any(self.error.get(k) in CODES for k in ("code", "type")):
            return True
        return self.status in (400, 413, 422) and WORDS.search(self.message) is not None

    @property
    def room(self) -> int:
        """Tokens left for the reply, where the server says that the prompt by itself would fit."""
        context = CONTEXT.search(self.message)
        taken = next((m for p in INPUT if (m := p.search(self.message))), None)
        return max(0, int(context[1]) - int(taken[1])) if context and taken else 0

    @property
    def is_temporary(self) -> bool:
        if self.error.get("code") == "insufficient_quota":  # a 429 that no waiting heals
            return False
        return self.status in RETRIED or (self.status >= 500 and self.status != 501)  # not implemented

    def __str__(self) -> str:
        return f"HTTP {self.status}: {' '.join(self.message.split())[:500] or 'no message'}"


def pause(tried: int, headers: Mapping[str, str], first: float) -> float:
    """Seconds before another try: what Retry-After asks for, else doubling with some jitter."""
    asked = retry_after(headers)
    if asked is not None:
        return asked
    return min(LONGEST, first * 2.0**tried) * random.uniform(0.75, 1.0)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3: seconds or a date), or None if there is none to read."""
    try:
        if milliseconds := headers.get("retry-after-ms"):
            return max(0.0, float(milliseconds) / 1000)
        if not (said := headers.get("retry-after")):
            return None
        if re.fullmatch(r"\s*\d+(\.\d*)?\s*", said):
            return float(said)
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except (ValueError, TypeError):
        return None
