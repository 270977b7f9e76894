"""WebShop's own files: read piece by piece, converted, played; broken ones named with the place."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from harness.tasks.web.webshop import official
from harness.tasks.web.webshop.catalogue import Catalogue
from harness.tasks.web.webshop.environment import ShopEnvironment, expert
from harness.tasks.web.webshop.official import convert
from harness.tasks.web.webshop.product import bound
from harness.tasks.web.webshop.stream import elements
from hypothesis import given, settings
from hypothesis import strategies as st

from harness import UsageError
from harness.testing import harness

Write = Callable[[str, Any], Path]


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Progress that nobody watches."""


@pytest.fixture
def write(webshop_files: Path) -> Write:
    """Puts something else in place of one of the files."""

    def put(name: str, content: Any) -> Path:
        text = content if isinstance(content, str) else json.dumps(content)
        (webshop_files / f"{name}.json").write_text(text, encoding="utf-8")
        return webshop_files

    return put


@pytest.fixture
def converted(webshop_files: Path, tmp_path: Path) -> Iterator[tuple[Path, Catalogue]]:
    target = tmp_path / "converted"
    target.mkdir()
    convert(webshop_files, target, quiet)
    shop = Catalogue(target)
    yield target, shop
    shop.close()


class TestConversion:
    def test_odd_and_repeated_names_are_left_out(self, converted: tuple[Path, Catalogue]) -> None:
        _, shop = converted
        assert [shop.product(n).asin for n in range(shop.count)] == ["B000000001", "B000000002", "B000000003"]
        assert shop.product(0).title == "Holm Hand Trowel, Steel"

    def test_a_product_is_read_as_webshop_reads_it(self, converted: tuple[Path, Catalogue]) -> None:
        trowel, shears, can = map(converted[1].product, range(3))
        assert trowel.query == "garden tools" and trowel.path == ("Patio", "Gardening", "Hand Tools")
        (color,) = trowel.choices
        assert (color.name, color.values) == ("color", ("dark green", "red | black"))
        assert trowel.attributes == ("rust free", "easy to hold") and can.attributes == ()
        assert (trowel.tag({}), shears.tag({}), can.tag({})) == ("$12.99", "$20.0 to $30.0", "$100.0")
        assert shears.bullets == ("Sharp",) and can.description == "" and can.rating == "N.A."

    def test_goals_without_attributes_or_product_are_left_out(
        self, converted: tuple[Path, Catalogue]
    ) -> None:
        samples = official.load(converted[0], "agentbench-std")
        assert {s.asin for s in samples} == {"B000000001", "B000000002"} and len(samples) == 2

    def test_the_instruction_ends_with_the_price(self, converted: tuple[Path, Catalogue]) -> None:
        (trowel,) = [s for s in official.load(converted[0], "agentbench-std") if s.asin == "B000000001"]
        assert trowel.price_upper in (30.0, 40.0, 50.0)
        assert trowel.instruction == (
            f"i need a rust free trowel in dark green, and price lower than {trowel.price_upper:.2f} dollars"
        )
        assert (trowel.attributes, trowel.options) == (("rust free",), ("dark green",))

    def test_two_conversions_agree(self, webshop_files: Path, tmp_path: Path) -> None:
        texts = []
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            convert(webshop_files, tmp_path / name, quiet)
            files = sorted(p for p in (tmp_path / name).iterdir() if p.is_file())
            texts.append([(p.name, p.read_bytes()) for p in files])
        assert texts[0] == texts[1]

    def test_the_expert_earns_everything(self, converted: tuple[Path, Catalogue]) -> None:
        folder, shop = converted
        for sample in official.load(folder, "agentbench-std"):
            for profile in ("native", "v0.2", "fc"):
                assert expert(ShopEnvironment(sample, shop, profile), 10)

    def test_the_list_of_instructions_is_compared(self, write: Write, tmp_path: Path) -> None:
        goals = ["sharp shears", "i need a rust free trowel in dark green."]
        Random(official.SHUFFLE).shuffle(order := [1, 0])
        source = write("human_goals", [goals[i] for i in order])
        (tmp_path / "t").mkdir()
        assert (
            convert(source, tmp_path / "t", quiet)[-1] == "human_goals.json: 2 of 2 texts at the same place"
        )

    def test_the_splits_are_the_numbers_that_agentbench_plays(self, write: Write, tmp_path: Path) -> None:
        base = {"instruction_attributes": ["rust free"], "instruction_options": []}
        many = [base | {"instruction": f"trowel {n}"} for n in range(300)]
        (tmp_path / "t").mkdir()
        convert(write("items_human_ins", {"B000000001": many}), tmp_path / "t", quiet)
        Random(233).shuffle(many)
        std, dev = (official.load(tmp_path / "t", s) for s in ("agentbench-std", "agentbench-dev"))
        assert [s.id for s in std] == [str(n) for n in range(200)]
        assert [s.id for s in dev] == [str(n) for n in range(200, 280)]
        for sample in (*std, *dev):
            assert sample.instruction.startswith(f"{many[int(sample.id)]['instruction']}, and price")

    @settings(deadline=None)
    @given(st.floats(0, 2000), st.integers())
    def test_a_bound_is_one_of_the_next_multiples_of_ten(self, price: float, seed: int) -> None:
        upper = bound(price, Random(seed))
        if price >= 980:
            assert upper is None
        else:
            assert upper is not None and upper % 10 == 0 and price < upper <= min(price + 40, 990)


class TestBrokenFiles:
    def fails(self, source: Path, tmp_path: Path) -> str:
        (tmp_path / "t").mkdir()
        with pytest.raises(UsageError) as caught:
            convert(source, tmp_path / "t", quiet)
        return str(caught.value)

    def test_a_folder_without_the_files(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        assert "found no items_shuffle.json" in self.fails(tmp_path / "empty", tmp_path)

    def test_a_file_in_place_of_the_folder(self, webshop_files: Path, tmp_path: Path) -> None:
        assert "is not a folder" in self.fails(webshop_files / "items_shuffle.json", tmp_path)

    @pytest.mark.parametrize(
        ("content", "told"),
        [
            ("", ":1: not valid JSON: expected a JSON array or object"),
            ("[\n\n{]\n", ":3, item 1: not valid JSON"),
            ('[\n{"asin": "B1"},', ":2, item 1: 'name' should be text, found nothing"),
            ("[]", "holds no product"),
            ("[3]", ":1, item 1: expected an object, found int"),
            ('["x" "y"]', ":1, item 1: expected an object"),
            ('[{"asin": 5}]', "'asin' should be text, found int"),
        ],
    )
    def test_items_shuffle(self, write: Write, tmp_path: Path, content: str, told: str) -> None:
        said = self.fails(write("items_shuffle", content), tmp_path)
        assert "items_shuffle.json" in said and told in said

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"pricing": "$1.2.3"}, "'pricing' should be dollars"),
            ({"small_description": [1]}, "'small_description' should be a list of texts"),
            ({"customization_options": ["x"]}, "'customization_options' should be an object"),
            ({"customization_options": {"size": [{}]}}, "a 'value' ('size')"),
            ({"product_category": None}, "'product_category' should be text"),
        ],
    )
    def test_fields_of_a_product(
        self, write: Write, webshop_files: Path, tmp_path: Path, change: dict[str, Any], told: str
    ) -> None:
        items = json.loads((webshop_files / "items_shuffle.json").read_text())
        items[1] |= change
        said = self.fails(write("items_shuffle", items), tmp_path)
        assert "items_shuffle.json:1, item 2" in said and told in said

    @pytest.mark.parametrize(
        ("name", "content", "told"),
        [
            ("items_ins_v2", "[{}]", "expected an object of product names"),
            ("items_ins_v2", '{"B1": {"attributes": 4}}', "'attributes' should be a list of texts"),
            ("items_human_ins", '{"B1": {}}', "expected a list of instructions for 'B1'"),
            ("items_human_ins", '{"B1": [{"instruction_attributes": []}]}', "'instruction' should be text"),
        ],
    )
    def test_the_other_files(self, write: Write, tmp_path: Path, name: str, content: str, told: str) -> None:
        said = self.fails(write(name, content), tmp_path)
        assert f"{name}.json:1, item 1" in said and told in said

    def test_text_that_is_not_utf_8(self, webshop_files: Path, tmp_path: Path) -> None:
        (webshop_files / "items_shuffle.json").write_bytes(b'[{"asin": "\xff"}]')
        assert "items_shuffle.json: not UTF-8" in self.fails(webshop_files, tmp_path)


PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=6)
JSON = PLAIN | st.lists(PLAIN, max_size=3) | st.dictionaries(st.text(max_size=3), PLAIN, max_size=3)
PIECES = st.sampled_from([1, 2, 3, 7, 64, 4096])


class TestReadingByPieces:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(JSON, max_size=5), PIECES, st.booleans())
    def test_an_array_in_pieces_of_any_size(
        self, tmp_path_factory: pytest.TempPathFactory, listed: list[Any], chunk: int, indented: bool
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "array.json"
        path.write_text(json.dumps(listed, indent=1 if indented else None))
        assert [e.value for e in elements(path, chunk)] == listed

    @settings(max_examples=60, deadline=None)
    @given(st.dictionaries(st.text(max_size=6), JSON, max_size=5), PIECES)
    def test_an_object_in_pieces_of_any_size(
        self, tmp_path_factory: pytest.TempPathFactory, said: dict[str, Any], chunk: int
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "object.json"
        path.write_text(json.dumps(said, ensure_ascii=True))
        assert {e.key: e.value for e in elements(path, chunk)} == said

    @settings(max_examples=60, deadline=None)
    @given(st.lists(JSON, min_size=1, max_size=5), st.integers(1, 64), st.integers(0, 10**6))
    def test_a_file_cut_short_is_never_taken_for_whole(
        self, tmp_path_factory: pytest.TempPathFactory, listed: list[Any], chunk: int, cut: int
    ) -> None:
        path = tmp_path_factory.getbasetemp() / "cut.json"
        whole = json.dumps(listed)
        path.write_text(whole[: cut % len(whole)])
        with pytest.raises(UsageError, match=r"cut\.json:1"):
            list(elements(path, chunk))

    def test_an_early_mistake_is_found_without_reading_the_rest(self, tmp_path: Path) -> None:
        path = tmp_path / "large.json"
        path.write_text("[{'a': 1}," + " " * 5_000_000 + "]")
        with pytest.raises(UsageError, match=r"large\.json:1, item 1: not valid JSON"):
            list(elements(path, 1000))

    def test_what_follows_the_end_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "two.json").write_text("[1] [2]")
        with pytest.raises(UsageError, match="nothing after the end"):
            list(elements(tmp_path / "two.json"))

    def test_a_deep_nest_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "deep.json").write_text("[" * 200_000)
        with pytest.raises(UsageError, match=r"deep\.json:1, item 1"):
            list(elements(tmp_path / "deep.json"))


class TestFromTheCommandLine:
    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("HARNESS_HOME", str(tmp_path / "home"))
        monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
        return tmp_path

    def test_added_files_are_played(self, webshop_files: Path, home: Path) -> None:
        added = harness("data", "add", "webshop", webshop_files)
        assert added.code == 0 and "3 products, 2 goals" in added.out, added.err
        run = (
            "run",
            "--tasks",
            "webshop",
            "--split",
            "agentbench-std",
            "--model",
            "oracle",
            "-o",
            home / "runs",
        )
        for profile in ("v0.2", "fc"):
            done = harness(*run, "--profile", profile)
            assert done.code == 0 and "100.0" in done.out, done.err

    def test_without_the_files_the_split_says_what_to_do(self) -> None:
        done = harness("audit", "webshop", "--split", "agentbench-dev")
        assert done.code == 2 and "harness data add webshop PATH" in done.err

    def test_a_made_shop_is_played_by_the_bundled_splits_only(self) -> None:
        done = harness("data", "make", "webshop", "--products", "1200")
        assert done.code == 0 and "1200 products" in done.out, done.err
        assert "products: 1200" in harness("audit", "webshop", "--limit", "2").out
        official = harness("audit", "webshop", "--split", "agentbench-std")
        assert official.code == 2 and "holds a generated shop" in official.err

    @pytest.mark.parametrize("options", [("-T", "products=10"), ("-T", "products=x"), ("-T", "seed=1")])
    def test_a_shop_that_cannot_be_made(self, options: tuple[str, str]) -> None:
        done = harness("data", "make", "webshop", *options)
        assert done.code == 2 and options[1].partition("=")[0] in done.err
