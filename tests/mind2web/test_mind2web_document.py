"""A page, pruned around a few elements; and which elements are asked about."""

import pytest
from harness.tasks.web.mind2web.document import CHILDREN, DEPTH, TEXT, Document, squeezed
from harness.tasks.web.mind2web.rank import bm25, query, rank, words
from harness.tasks.web.mind2web.samples import Step, WebSample
from hypothesis import given
from hypothesis import strategies as st

PAGE = Document(
    '<html backend_node_id="0"><head backend_node_id="1"><title>T</title></head><body backend_node_id="2">'
    '<nav backend_node_id="3"><a backend_node_id="4" title="Home page">Home</a></nav>'
    '<form backend_node_id="5"><h2 backend_node_id="6">Order tea</h2>'
    '<label backend_node_id="7" for="kind">Kind of tea</label>'
    '<select backend_node_id="8" id="kind" name="k">'
    '<option backend_node_id="9" value="g" selected="selected">'
    'Green</option><option backend_node_id="10" value="b">Black</option></select>'
    '<input backend_node_id="11" type="checkbox" name="milk" checked="checked">'
    '<button backend_node_id="12" class="big" onclick="go()">Send</button></form>'
    '<script backend_node_id="13">var x = 1</script><p backend_node_id="14">Far away</p></body></html>'
)


def test_an_element_is_described_by_attributes_label_and_text() -> None:
    assert PAGE.describe("8") == "<select name=k label=Kind of tea> Green Black"
    assert PAGE.describe("11") == "<input type=checkbox name=milk checked=checked>"


def test_attributes_that_tell_a_reader_nothing_are_left_out() -> None:
    assert PAGE.describe("12") == "<button> Send"


def test_an_element_that_the_page_lacks_is_called_missing() -> None:
    assert PAGE.describe("99") == "<missing>"


def test_pruning_keeps_what_an_element_stands_in_what_it_holds_and_its_neighbours() -> None:
    assert PAGE.prune(["8"]).splitlines() == [
        "<label> Kind of tea", "<select id=0 name=k>", " <option value=g selected=selected> Green",
        " <option value=b> Black", "<input type=checkbox name=milk checked=checked>",
    ]  # fmt: skip


def test_elements_are_numbered_in_the_order_in_which_they_were_chosen() -> None:
    text = PAGE.prune(["12", "4"])
    assert "<a id=1 title=Home page> Home" in text and "<button id=0> Send" in text and "Far away" not in text


def test_scripts_and_heads_are_never_shown() -> None:
    assert "var x" not in PAGE.prune(["14"]) and "T" not in PAGE.prune(["12"]).replace("Tea", "")


def test_a_drawing_is_shown_where_it_or_a_part_of_it_can_be_chosen() -> None:
    page = Document(
        '<div backend_node_id="0"><b backend_node_id="1">Hits</b><svg backend_node_id="2" class="heart">'
        '<path backend_node_id="3"></path></svg></div>'
    )
    assert page.describe("2") == "<svg class=heart>"
    assert page.prune(["1"]) == "<b id=0> Hits"
    assert page.prune(["2"]).splitlines() == ["<b> Hits", "<svg id=0 class=heart>"]
    assert page.prune(["3"]).splitlines() == ["<svg class=heart>", " <path id=0>"]


def test_pruning_around_nothing_known_shows_nothing() -> None:
    assert PAGE.prune(["99"]) == "" == PAGE.prune([])


def test_what_an_element_holds_is_kept_only_so_deep() -> None:
    inside = "".join(f'<b backend_node_id="{n}">level {n}' for n in range(1, 12))
    text = Document(f'<div backend_node_id="0">{inside}').prune(["0"])
    assert text.count("level") == DEPTH


def test_what_an_element_holds_is_kept_only_so_far() -> None:
    items = "".join(f'<li backend_node_id="{n}">item</li>' for n in range(1, 200))
    assert Document(f'<ul backend_node_id="0">{items}</ul>').prune(["0"]).count("item") == CHILDREN


def test_the_words_around_an_element_are_those_of_its_form() -> None:
    assert PAGE.surroundings("12") == "Order tea Kind of tea Green Black Send"
    assert PAGE.surroundings("4") == "" == PAGE.surroundings("99")


@given(st.text())
def test_a_squeezed_text_is_short_and_on_one_line(text: str) -> None:
    short = squeezed(text)
    assert len(short) <= TEXT and "\n" not in short and squeezed(short) == short


@given(st.text())
def test_any_text_is_a_page(text: str) -> None:
    page = Document(text)
    assert page.prune(list(page.elements)[:5]) is not None


def test_rare_words_of_the_question_weigh_more() -> None:
    one, other, none = bm25("green tea", ["green door", "tea", "blue door"])
    assert one > 0 and other > 0 and none == 0
    common, rare = bm25("green tea", ["green", "tea green", "green"])[:2]
    assert rare > common


def test_a_long_text_needs_more_than_one_hit() -> None:
    short, long = bm25("tea", ["tea", "tea and a great many other words"])
    assert short > long


@pytest.mark.parametrize("texts", [[], [""], ["", "a"]])
def test_empty_texts_score_nothing(texts: list[str]) -> None:
    assert bm25("tea", texts) == [0] * len(texts)


@given(st.text(), st.lists(st.text(), max_size=8))
def test_scores_are_never_negative(question: str, texts: list[str]) -> None:
    assert all(score >= 0 for score in bm25(question, texts))


def test_words_are_folded() -> None:
    assert words("Über-Tee, 2 GRAMS!") == ["über", "tee", "2", "grams"]


HTML = '<a backend_node_id="1">Tea</a><form backend_node_id="2"><b backend_node_id="3">Tea</b>' \
       '<button backend_node_id="4">Go</button></form><a backend_node_id="5">Milk</a>'  # fmt: skip


def test_an_element_in_a_form_about_the_task_comes_before_one_outside() -> None:
    assert rank("tea", ("1", "4", "5"), HTML) == ("1", "4", "5")
    assert rank("tea", ("5", "4"), HTML) == ("4", "5")


def test_equal_scores_stay_in_document_order() -> None:
    assert rank("nothing", ("1", "4", "5"), HTML) == ("1", "4", "5")


def test_the_query_is_the_task_and_three_actions_before() -> None:
    steps = tuple(Step("CLICK", "", ("1",), ("1",), "x", f"step {n}") for n in range(6))
    sample = WebSample("t", "test", "s", "d", "Buy tea", steps)
    assert query(sample, 0) == "Buy tea" and query(sample, 5) == "Buy tea step 2 step 3 step 4"
