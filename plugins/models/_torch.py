"""Batched generation with transformers. Importing this imports torch; only `hf.py` does, when it starts.

Rows of one batch have their own temperature, top_p, seed, stop strings and length. That works by always
decoding greedily, over scores to which each row adds Gumbel noise from a generator of its own: the
argmax of logits / T + Gumbel noise is a sample of softmax(logits / T) (Gumbel 1954; Maddison et al. 2014,
arXiv:1411.0030). So a row's text depends on its seed and not on who shares the batch, up to rounding.

A batch ends early once half of it is done and others wait: the rest goes on in a later batch from what it has
said so far. One reply that never ends would hold up all others otherwise.
"""

import threading
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch  # type: ignore[import-not-found, unused-ignore]
import transformers  # type: ignore[import-not-found, unused-ignore]

from . import _chat
from ._prefixes import Prefixes

WORTH = 64
"""Tokens with which all rows of a batch begin that are worth reading once, before the batch."""


@dataclass(slots=True)
class Row:
    """One reply to generate, in one batch or several."""

    tokens: tuple[int, ...]
    most: int
    temperature: float
    top_p: float
    seed: int
    stop: tuple[str, ...]
    special: bool
    """Keep special tokens in the text: some models mark tool calls with them."""
    said: list[int] = field(default_factory=list)
    """What earlier batches generated of it."""
    known: int = 0
    """How many tokens of the prompt had been read before."""
    dice: Any = field(init=False)

    def __post_init__(self) -> None:
        self.dice = torch.Generator().manual_seed(self.seed)

    @property
    def context(self) -> tuple[int, ...]:
        """What the model reads now."""
        return (*self.tokens, *self.said)


@dataclass(frozen=True, slots=True)
class Made:
    """What was generated."""

    text: str
    tokens: int
    finish: str


@dataclass(frozen=True, slots=True)
class Loading:
    """What to load, and how; `auto` and None leave it to the machine."""

    base: str
    adapter: str | None = None
    device: str = "auto"
    dtype: str = "auto"
    template: Path | None = None
    cache: float = 4e9
    """Bytes of keys and values that are kept for later prompts."""


class Engine:
    """A causal language model and its tokenizer, used by one thread at a time."""

    def __init__(self, loading: Loading) -> None:
        transformers.utils.logging.disable_progress_bar()  # the run has its own
        warnings.filterwarnings("ignore", category=FutureWarning, module=r"(transformers|peft)\b")
        self.device = (
            ("cuda" if torch.cuda.is_available() else "cpu") if loading.device == "auto" else loading.device
        )
        self.dtype = fitting(self.device) if loading.dtype == "auto" else getattr(torch, loading.dtype)
        self.tokenizer = tokenizer(loading)
        model = transformers.AutoModelForCausalLM.from_pretrained(loading.base, dtype=self.dtype)
        if loading.adapter is not None:
            import peft  # type: ignore[import-not-found, unused-ignore]

            model = peft.PeftModel.from_pretrained(model, loading.adapter)
        # Adapters too, which are saved as float32: it is how training and other servers compute with them.
        self.model = model.to(self.device, self.dtype).eval()
        self.ends = self._ends()
        self.context = (
            int(getattr(self.model.config.get_text_config(), "max_position_embeddings", 0)) or 2**20
        )
        self.prefixes = Prefixes(loading.cache)
        self.leaving = threading.Event()
        """Set to end a batch under way at its next token."""
        self.others: Callable[[], bool] = lambda: False
        """Whether requests wait for the batch under way."""

    def _ends(self) -> frozenset[int]:
        said = self.model.generation_config.eos_token_id
        listed = said if isinstance(said, list) else [said]
        return frozenset(int(t) for t in (*listed, self.tokenizer.eos_token_id) if t is not None)

    def encode(self, messages: list[dict[str, Any]], tools: list[dict[str, Any]]) -> tuple[int, ...]:
        """The prompt as the model's own chat template writes it."""
        text = self.tokenizer.apply_chat_template(
            messages, tools=tools or None, add_generation_prompt=True, tokenize=False
        )
        return tuple(self.tokenizer(text, add_special_tokens=False)["input_ids"])

    def generate(self, rows: Sequence[Row]) -> list[Made | None]:
        """The replies, in the order of the rows; None for one that is to go on in another batch.

        Halves the batch where the GPU's memory is too small.
        """
        before = [r.dice.get_state() for r in rows]
        try:
            return self._batch(rows)
        except torch.cuda.OutOfMemoryError:
            if len(rows) == 1:
                raise
        for row, state in zip(rows, before, strict=True):
            row.dice.set_state(state)
        torch.cuda.empty_cache()
        middle = len(rows) // 2
        return self.generate(rows[:middle]) + self.generate(rows[middle:])

    def _batch(self, rows: Sequence[Row]) -> list[Made | None]:
        self._read_ahead(rows)
        read = [r.context for r in rows]
        ending = Ending(self, rows, max(map(len, read)))
        made = self._run(
            read,
            max(r.most - len(r.said) for r in rows),
            logits_processor=transformers.LogitsProcessorList([Dice(rows)]),
            stopping_criteria=transformers.StoppingCriteriaList([ending]),
        )
        new = made.sequences[:, ending.start :].tolist()
        for row, done, said in zip(rows, ending.made, new, strict=True):
            if done is None:
                row.said.extend(said)
            else:
                del said[done.tokens - len(row.said) :]
        self.prefixes.keep(read, new, made.past_key_values)
        return ending.made

    def _read_ahead(self, rows: Sequence[Row]) -> None:
        """Read what all rows begin with, once for all of them."""
        for row in rows:
            if not row.said:
                row.known = self.prefixes.known(row.tokens)
        beginning = _shared([r.context for r in rows]) if len(rows) > 1 else ()
        if self.prefixes.room and len(beginning) >= WORTH + self.prefixes.known(beginning):
            made = self._run([beginning], 1)
            self.prefixes.keep([beginning], [()], made.past_key_values)

    def _run(self, read: Sequence[tuple[int, ...]], most: int, **more: Any) -> Any:
        """Generate behind prompts; greedily, without what a model's own generation_config would add."""
        longest, fill = max(map(len, read)), self.tokenizer.pad_token_id
        mask = torch.tensor([[0] * (longest - len(r)) + [1] * len(r) for r in read])
        with torch.inference_mode():
            return self.model.generate(
                input_ids=torch.tensor(
                    [(*[fill] * (longest - len(r)), *r) for r in read], device=self.device
                ),
                attention_mask=mask.to(self.device),
                past_key_values=self.prefixes.begin(read, self.device),
                generation_config=transformers.GenerationConfig(
                    max_new_tokens=most,
                    do_sample=False,
                    return_dict_in_generate=True,
                    eos_token_id=sorted(self.ends) or None,
                    pad_token_id=fill,
                ),
                **more,
            )


def _shared(read: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """What all begin with: the least and the greatest tell."""
    least, greatest = min(read), max(read)
    same = (i for i, (a, b) in enumerate(zip(least, greatest, strict=False)) if a != b)
    return least[: next(same, len(least))]


class Dice:
    """Makes greedy decoding sample, row by row."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        if not any(r.temperature > 0 for r in self.rows):
            return scores
        scores = scores.float().clone()
        for i, row in enumerate(self.rows):
            if row.temperature > 0:
                kept = nucleus(scores[i] / row.temperature, row.top_p)
                # On the CPU, so that a seed means the same on every device.
                noise = torch.empty(kept.shape[-1]).exponential_(generator=row.dice)
                scores[i] = kept - noise.log().to(kept.device)
        return scores


def nucleus(scores: Any, top_p: float) -> Any:
    """Scores with those outside the smallest set of probability `top_p` at minus infinity."""
    if top_p >= 1.0:
        return scores
    ordered, places = torch.sort(scores, descending=True)
    chances = ordered.softmax(-1)
    outside = chances.cumsum(-1) - chances >= top_p
    return scores.masked_fill(torch.zeros_like(outside).scatter(0, places, outside), float("-inf"))


class Ending:
    """Says which rows are done, and keeps what they said: at a stop string, an end token or their length."""

    def __init__(self, engine: Engine, rows: Sequence[Row], start: int) -> None:
        self.engine = engine
        self.rows = rows
        self.start = start
        self.made: list[Made | None] = [None] * len(rows)

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        for i, said in enumerate(input_ids[:, self.start :].tolist()):
            if self.made[i] is None:
                self.made[i] = self.look(self.rows[i], [*self.rows[i].said, *said])
        done = [m is not None for m in self.made]
        if 2 * sum(done) >= len(done) and self.engine.others():
            done = [True] * len(done)
        return torch.tensor(done, device=input_ids.device)

    def look(self, row: Row, said: list[int]) -> Made | None:
        """The reply if `said` ends it."""
        ended = said[-1] in self.engine.ends
        full = len(said) >= row.most or self.engine.leaving.is_set()
        if not (ended or full or self.stopped(row, said)):
            return None
        text = self.text(row, said[:-1] if ended else said)
        cut = _chat.until(text, row.stop)
        return Made(cut, len(said), "length" if full and not ended and cut == text else "stop")

    def stopped(self, row: Row, said: list[int]) -> bool:
        if not row.stop:
            return False
        # A token is a byte at least, so no stop string is longer than this; the rest is for broken letters.
        tail = said[-(max(len(s.encode()) for s in row.stop) + 8) :]
        text = self.text(row, tail)
        return any(s in text for s in row.stop)

    def text(self, row: Row, said: list[int]) -> str:
        decoded: str = self.engine.tokenizer.decode(said, skip_special_tokens=not row.special)
        return decoded


def tokenizer(loading: Loading) -> Any:
    """The adapter's tokenizer if it brings one, else the base's."""
    own = loading.adapter is not None and (Path(loading.adapter) / "tokenizer_config.json").exists()
    made = transformers.AutoTokenizer.from_pretrained(loading.adapter if own else loading.base)
    if loading.template is not None:
        made.chat_template = loading.template.read_text()
    if made.pad_token_id is None:
        made.pad_token = made.eos_token  # masked out, so any will do
    return made


def fitting(device: str) -> Any:
    """bfloat16 where the device computes with it; elsewhere it would only lose digits."""
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        flags = ""
    return torch.bfloat16 if "avx512_bf16" in flags or "amx_bf16" in flags else torch.float32
