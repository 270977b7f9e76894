"""The task: which samples there are, and in which shop they are played."""

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from random import Random
from threading import Lock
from typing import TYPE_CHECKING, ClassVar

from harness import Action, Environment, Host, Renames, Rules, Sample, Settings, Task, Tell, UsageError

from . import official
from .environment import CLICK_ACTION, KEYWORDS, SEARCH_ACTION, VALUE, ShopEnvironment, expert
from .rules import RENAMES, ROUNDS, TURNS, shopping
from .samples import ShopSample

if TYPE_CHECKING:
    from .catalogue import Catalogue

BUNDLED = ("test", "train")
MADE = "made"
"""What a generated catalogue says of its source."""


class WebShopTask(Task):
    name = "webshop"
    group = "web"
    summary = "Find, configure and buy a product in a web shop."
    profiles: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "native": ("text", "tools"),
        "v0.2": ("text",),
        "fc": ("tools",),
    }
    splits = (*BUNDLED, *official.SPLITS)
    datasets: ClassVar[Mapping[str, str]] = {
        official.NAME: "a folder with WebShop's items_shuffle, items_ins_v2 and items_human_ins (.json)"
    }

    def __init__(self) -> None:
        self.host: Host | None = None
        self.shops: dict[str, Catalogue] = {}
        self.lock = Lock()
        self.split = BUNDLED[0]
        """The split that was asked for last: its catalogue is the engine."""

    def setup(self, host: Host) -> None:
        self.host = host
        needed()

    def teardown(self) -> None:
        with self.lock:
            shops, self.shops = list(self.shops.values()), {}
        for shop in shops:
            shop.close()

    def samples(self, split: str) -> Iterable[Sample]:
        if split not in self.splits:
            raise UsageError(f"task 'webshop' has no split {split!r}; it has {', '.join(self.splits)}")
        self.split = split
        if split in BUNDLED:
            from .make import bundled

            return bundled(split)
        return official.load(self._host.data(official.NAME), split)

    def rules(self, settings: Settings) -> Rules:
        return shopping(settings)

    def renames(self, settings: Settings) -> Renames:
        return RENAMES if settings.profile == "native" else Renames()

    def open(self, sample: Sample, settings: Settings) -> Environment:
        return self._world(sample, settings)

    def _world(self, sample: Sample, settings: Settings) -> ShopEnvironment:
        assert isinstance(sample, ShopSample)
        return ShopEnvironment(sample, self.shop(sample.split), settings.profile)

    def shop(self, split: str) -> "Catalogue":
        """The catalogue that a split is played in, opened once a run."""
        from .catalogue import Catalogue

        with self.lock:
            if split not in self.shops:
                self.shops[split] = Catalogue(self._folder(split))
            return self.shops[split]

    def _folder(self, split: str) -> Path:
        from .catalogue import about, cached
        from .make import SMALLEST, product, vocabulary_digest

        registered = self._host.data(official.NAME)
        if split not in BUNDLED:
            if registered is None:
                raise UsageError("WebShop's files are not registered any more")
            return registered
        if registered is not None and about(registered)["source"] == MADE:
            return registered
        name = f"webshop-{SMALLEST}-{vocabulary_digest()}"
        return cached(self._host.cache, name, map(product, range(SMALLEST)), MADE, _quiet)

    def solve(self, sample: Sample, settings: Settings) -> Sequence[Action]:
        return expert(self._world(sample, settings), ROUNDS if settings.profile == "fc" else TURNS)

    def random_action(self, sample: Sample, random: Random) -> Action:
        """Words of the instruction, or a click on something that a page may have."""
        assert isinstance(sample, ShopSample)
        if random.random() < 0.3:
            words = sample.instruction.split()
            return Action(SEARCH_ACTION, {KEYWORDS: " ".join(random.sample(words, min(3, len(words))))})
        shop = self.shop(sample.split)
        product = shop.product(random.randrange(shop.count)).asin
        buttons = (
            "Buy Now",
            "Back to Search",
            "Next >",
            "< Prev",
            "Features",
            product,
            product,
            *sample.options,
        )
        return Action(CLICK_ACTION, {VALUE: random.choice(buttons)})

    def engine(self, settings: Settings) -> Mapping[str, str]:
        """The catalogue's digest is part of it: more products make a search harder."""
        from importlib.metadata import version

        shop = self.shop(self.split)
        return {
            "catalogue": f"{shop.count} products, {shop.about['digest']}",
            "tantivy": version("tantivy"),
            "rapidfuzz": version("rapidfuzz"),
        }

    def facts(self, split: str, settings: Settings) -> Mapping[str, str]:
        """For the audit: how large the shop is, and how long the expert's visits are."""
        lengths = [len(self.solve(s, settings)) for s in self.samples(split)]
        known = [n for n in lengths if n]
        return {
            "products": str(self.shop(split).count),
            "expert known": f"{len(known)} of {len(lengths)}, {max(known, default=0)} turns at most",
        }

    def adopt(self, name: str, source: Path, target: Path, tell: Tell) -> list[str]:
        if name != official.NAME:
            return super().adopt(name, source, target, tell)
        needed()
        return official.convert(source, target, tell)

    def make(self, target: Path, options: Mapping[str, str], tell: Tell) -> list[str]:
        """`-T products=N`: a larger shop for the bundled splits; its first products are the usual ones."""
        from .catalogue import write
        from .make import SMALLEST, product

        needed()
        if unknown := set(options) - {"products"}:
            raise UsageError(f"-T {min(unknown)}: webshop only takes products=N")
        said = options.get("products", str(SMALLEST))
        if not said.isdecimal() or int(said) < SMALLEST:
            raise UsageError(f"-T products={said}: expected a number, {SMALLEST} or more")
        count = write(target, map(product, range(int(said))), MADE, tell, int(said))
        return [f"{count} products, for the splits {' and '.join(BUNDLED)}"]

    @property
    def _host(self) -> Host:
        if self.host is None:
            raise UsageError("task 'webshop' was used before its setup(host)")
        return self.host


def needed() -> None:
    """Raises `UsageError` where a library is missing."""
    if not all(map(find_spec, ("tantivy", "rapidfuzz"))):
        raise UsageError("webshop needs tantivy and rapidfuzz: pip install 'agentbench-harness[web]'")


def _quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """The usual catalogue is made too quickly to tell of it."""
