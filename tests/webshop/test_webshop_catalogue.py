"""The catalogue on disk: written once, mapped, searched the same way every time."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from harness.tasks.web.webshop.catalogue import Catalogue, cached, write
from harness.tasks.web.webshop.make import product
from harness.tasks.web.webshop.make.goals import bundled
from harness.tasks.web.webshop.make.products import kinds, read, sentences
from harness.tasks.web.webshop.product import Product, pack, unpack
from harness.tasks.web.webshop.reward import close, has_attribute

from harness import UsageError


def quiet(what: str, done: int = 0, total: int | None = None) -> None:
    """Progress that nobody watches."""


def made(folder: Path, products: Iterator[Product]) -> Catalogue:
    folder.mkdir(parents=True)
    write(folder, products, "made", quiet)
    return Catalogue(folder)


class TestOnDisk:
    def test_every_product_is_found_by_its_number(self, shop: Catalogue) -> None:
        assert all(shop.product(number) == product(number) for number in range(1000))

    def test_a_line_gives_back_its_product(self) -> None:
        assert all(unpack(pack(product(n))) == product(n) for n in range(100))

    def test_the_same_products_make_the_same_files_in_another_process(
        self, shop: Catalogue, tmp_path: Path
    ) -> None:
        script = (
            "import sys; from pathlib import Path\n"
            "from harness.tasks.web.webshop.catalogue import write\n"
            "from harness.tasks.web.webshop.make import product\n"
            "write(Path(sys.argv[1]), map(product, range(1000)), 'made', lambda *a: None)\n"
        )
        env = {**os.environ, "PYTHONHASHSEED": "7"}
        subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, env=env)
        again = Catalogue(tmp_path)
        assert again.about == shop.about
        for sample in bundled("test"):
            assert again.search(sample.instruction) == shop.search(sample.instruction)
        again.close()

    def test_a_second_call_finds_what_the_first_made(self, tmp_path: Path) -> None:
        first = cached(tmp_path, "c", map(product, range(3)), "made", quiet)
        assert cached(tmp_path, "c", iter(()), "made", quiet) == first
        assert [p.name for p in tmp_path.iterdir()] == ["c"]

    @pytest.mark.parametrize("name", ["catalogue.json", "products.jsonl", "offsets.u64"])
    def test_a_damaged_folder_is_told_of(self, tmp_path: Path, name: str) -> None:
        made(tmp_path / "c", map(product, range(3))).close()
        (tmp_path / "c" / name).write_bytes(b"")
        with pytest.raises(UsageError, match="harness data"):
            Catalogue(tmp_path / "c")

    def test_damage_within_a_file_is_told_of_and_nothing_stays_open(self, tmp_path: Path) -> None:
        made(tmp_path / "c", map(product, range(3))).close()
        about, offsets = tmp_path / "c" / "catalogue.json", tmp_path / "c" / "offsets.u64"
        whole = offsets.read_bytes()
        offsets.write_bytes(whole[:-3])
        with pytest.raises(UsageError, match=r"is incomplete.*harness data"):
            Catalogue(tmp_path / "c")
        offsets.write_bytes(whole)
        (tmp_path / "c" / "index" / "meta.json").write_text("{")
        with pytest.raises(UsageError, match=r"index cannot be opened.*harness data"):
            Catalogue(tmp_path / "c")
        about.write_text(about.read_text().replace('"products"', '"others"'))
        with pytest.raises(UsageError, match=r"catalogue\.json: no catalogue.*harness data"):
            Catalogue(tmp_path / "c")
        files = [os.path.realpath(fd) for fd in Path("/proc/self/fd").iterdir()]
        assert not [f for f in files if f.startswith(str(tmp_path))]


class TestSearch:
    def test_the_title_finds_its_product_first(self, shop: Catalogue) -> None:
        assert all(shop.search(shop.product(n).title)[0] == n for n in range(0, 1000, 37))

    def test_words_are_stemmed_and_small_words_do_not_count(self, shop: Catalogue) -> None:
        assert shop.search("boot for hiking") == shop.search("the BOOTS of a hike")

    def test_fifty_at_most(self, shop: Catalogue) -> None:
        assert len(shop.search("black")) == 50

    def test_equal_scores_come_in_the_order_of_products(self, tmp_path: Path) -> None:
        same = [replace(product(0), asin=f"B{n:09}") for n in range(300)]
        shop = made(tmp_path / "c", iter(same))
        assert shop.search("hiking boots") == tuple(range(50))
        shop.close()

    def test_a_huge_query_is_answered(self, shop: Catalogue) -> None:
        assert shop.search("boots " * 100_000)

    @pytest.mark.parametrize("keywords", ["", "   ", "!!!", "the of and"])
    def test_no_words_find_nothing(self, shop: Catalogue, keywords: str) -> None:
        assert shop.search(keywords) == ()


class TestProducts:
    def test_a_larger_shop_only_adds_products(self, tmp_path: Path) -> None:
        for count in (40, 120):
            made(tmp_path / str(count), map(product, range(count))).close()
        small, large = ((tmp_path / c / "products.jsonl").read_bytes() for c in ("40", "120"))
        assert large.startswith(small) and len(large) > len(small)

    def test_names_and_titles_differ(self) -> None:
        some = [product(n) for n in range(3000)]
        assert len({p.asin for p in some}) == 3000 and all(len(p.asin) == 10 for p in some)
        assert len({p.title for p in some}) == 3000

    def test_every_kind_has_its_share(self, shop: Catalogue) -> None:
        queries = [shop.product(n).query for n in range(1000)]
        assert len(kinds()) == 40 and {queries.count(k.name) for k in kinds()} == {25}

    def test_a_product_has_the_attributes_it_lists_and_no_other_of_its_kind(self, shop: Catalogue) -> None:
        for number in range(1000):
            sold, kind = shop.product(number), kinds()[number % 40]
            assert {a for a in kind.attributes if has_attribute(sold, a)} == set(sold.attributes)

    def test_attributes_of_a_kind_are_told_apart_by_the_formula(self) -> None:
        for kind in kinds():
            pairs = [(a, b) for a in kind.attributes for b in kind.attributes if a < b and close(a, b)]
            assert pairs == [], kind.name

    def test_every_attribute_stands_in_its_sentence(self) -> None:
        assert all(phrase in said.lower() for phrase, said in sentences().items())


class TestInstructions:
    def test_sixty_and_six_hundred(self) -> None:
        assert (len(bundled("test")), len(bundled("train"))) == (60, 600)

    def test_no_product_is_asked_for_twice(self) -> None:
        assert len({s.asin for split in ("test", "train") for s in bundled(split)}) == 660

    def test_the_splits_share_no_phrase(self) -> None:
        said = read("phrases")

        def phrases(split: str) -> set[str]:
            options = {p for listed in said[split]["options"].values() for p in listed}
            return {*said[split]["sentences"], *said[split]["prices"], *options}

        assert not phrases("test") & phrases("train")

    def test_an_instruction_says_all_that_is_asked(self) -> None:
        for split in ("test", "train"):
            for s in bundled(split):
                text = s.instruction.lower()
                assert s.query in text and all(a in text for a in s.attributes), s
                assert all(o in text for o in s.options) and f"{s.price_upper:.2f}" in text, s
                assert "{" not in text and "  " not in text

    def test_the_product_it_was_written_for_meets_it(self, shop: Catalogue) -> None:
        named = {p.asin: p for p in map(shop.product, range(shop.count))}
        for s in bundled("train"):
            sold = named[s.asin]
            values = {v for c in sold.choices for v in c.values}
            assert set(s.options) <= values and set(s.attributes) <= set(sold.attributes)
            assert sold.price({}) < s.price_upper and s.price_upper % 10 == 0
