"""Episodes in a small graph: variables, their types, what is refused and how, scores, forks."""

import pytest
from harness.tasks.kg.calls import FIRST_OF, UNREADABLE
from harness.tasks.kg.ontology import Ontology

from harness import Action, Status

from .conftest import RANGES, World

PROFILES = pytest.mark.parametrize("profile", ["native", "v0.2", "fc"])


@pytest.mark.parametrize(
    ("profile", "head"), [("native", "Question: "), ("v0.2", "A new question: "), ("fc", "")]
)
def test_the_problem_names_the_question_and_its_entities(profile: str, head: str) -> None:
    question = "Which films by Ada have Bo in them?"
    entities = "Entities: [Ada Quill, Bo, Jr. (actor), Old Town]"
    assert World(profile).opening == f"{head}{question}\n{entities}"


def test_relations_lead_to_entities_and_are_sorted() -> None:
    assert World()("get_relations", "Ada Quill") == "[film.director.films, people.person.home]"


def test_attributes_lead_to_literals() -> None:
    world = World().films_of_both()
    assert world("get_attributes", "#0") == "[film.film.length]"
    assert world("get_relations", "#0") == "[film.film.cast, film.film.director]"


def test_a_vocabulary_decides_what_is_shown() -> None:
    few = Ontology(RANGES, frozenset({"people.person.home"}), frozenset({"film.film.length"}))
    assert World(ontology=few)("get_relations", "Ada Quill") == "[people.person.home]"


@pytest.mark.parametrize(
    ("profile", "prefix"), [("native", ""), ("v0.2", "Observation: "), ("fc", "Observation: ")]
)
def test_variables_are_numbered_and_typed(profile: str, prefix: str) -> None:
    world = World(profile).films_of_both()
    assert world("intersection", "#0", "#1") == f"{prefix}variable #2, which are instances of film.film"
    assert world("count", "#2") == f"{prefix}variable #3, which is a number"


@PROFILES
def test_a_program_of_every_tool(profile: str) -> None:
    world = World(profile).films_of_both()
    world("intersection", "#0", "#1")
    world("get_attributes", "#2")
    world("argmax", "#2", "film.film.length")
    world("argmin", "#2", "film.film.length")
    world("count", "#0")
    assert len(world.world.variables) == 6
    assert world.answer("#3").status is Status.COMPLETED
    assert world.world.score().value == 1, "both of the films of 120 minutes are the longest"


@PROFILES
@pytest.mark.parametrize("name", ["Bo, Jr. (actor)", "Old Town", "g.town_1", "m.bo"])
def test_names_with_commas_and_brackets_and_ids_of_every_kind_are_entities(profile: str, name: str) -> None:
    assert "[" in World(profile)("get_relations", name)


def test_native_forgives_capitals_and_quotes_in_names() -> None:
    assert World()("get_relations", '"ada QUILL"').startswith("[film")


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (("get_neighbors", "Old Town", "place.town.people"), "use get_relations(Old Town) first"),
        (("get_neighbors", "Ada Quill", "film.film.cast"), "film.film.cast is not a relation that"),
        (("get_neighbors", "#0", "film.film.length"), "use get_relations(#0) first"),
        (("argmax", "#0", "film.film.length"), "use get_attributes(#0) first"),
        (("get_attributes", "Ada Quill"), "'Ada Quill' is not a variable"),
        (("count", "Ada Quill"), "'Ada Quill' is not a variable"),
        (("intersection", "#0", "#9"), "'#9' is not a variable"),
        (("get_relations", "Cleo"), "'Cleo' is neither a variable nor an entity"),
        (("get_relations", "#-1"), "'#-1' is not a variable"),
        (("get_relations", ""), "'' is neither"),
        (("intersection", "#0"), "intersection needs variable1, variable2"),
        (("union", "#0", "#1"), "there is no tool 'union'"),
    ],
)
def test_native_says_why_a_call_is_refused(call: tuple[str, ...], why: str) -> None:
    world = World().films_of_both()
    said = world(*call)
    assert said.startswith(f"{call[0]}({', '.join(call[1:])}) cannot be executed: {why}")
    assert len(world.world.variables) == 2


def test_a_listed_relation_is_no_attribute() -> None:
    world = World().films_of_both()
    world("get_relations", "#0")
    world("get_attributes", "#0")
    assert "is not an attribute" in world("argmax", "#0", "film.film.cast")
    assert "is not a relation" in world("get_neighbors", "#0", "film.film.length")


def test_an_intersection_needs_one_type() -> None:
    world = World().films_of_both()
    world("get_neighbors", "Ada Quill", "people.person.home")
    assert "of different types, film.film and place.town" in world("intersection", "#0", "#2")


def test_an_unknown_type_meets_every_type() -> None:
    world = World(ontology=Ontology({})).films_of_both()
    assert world("intersection", "#0", "#1").endswith("instances of unknown type")


def test_a_number_has_no_relations() -> None:
    world = World().films_of_both()
    world("count", "#0")
    assert "#2 is a number" in world("get_relations", "#2")
    assert "#2 is a number" in world("count", "#2")


def test_refusals_of_v02_are_agentbenchs() -> None:
    world = World("v0.2").films_of_both()
    world("get_neighbors", "Ada Quill", "people.person.home")
    refused = "You may make a mistake and need to fix it."
    assert world("count", "Ada Quill") == f"count(Ada Quill) cannot be executed. {refused}"
    assert world("intersection", "#0", "#2").startswith(
        "intersection(#0, #2) cannot be executed. The two variables are not of the same type."
    )


def test_refusals_of_fc_are_agentbenchs() -> None:
    assert (
        World("fc")("count", "Cleo")
        == "Error processing tool call: 'Cleo' is not a variable; there is none yet"
    )


def test_of_several_calls_on_a_line_the_first_that_works_counts() -> None:
    world = World("v0.2")
    action = Action(FIRST_OF, {"calls": ["count(#4)", "get_relations(Ada Quill)", "get_relations(Old Town)"]})
    assert world.world.step(action).text == "Observation: [film.director.films, people.person.home]"
    nothing = world.world.step(Action(FIRST_OF, {"calls": ["count(#4)", "count(#5)"]})).text
    assert nothing.startswith("count(#5) cannot be executed.")


def test_an_unreadable_call_says_what_is_wrong_with_it() -> None:
    assert World("fc").world.step(Action(UNREADABLE, {"why": "no JSON"})).text == "no JSON"


@pytest.mark.parametrize(
    ("profile", "status", "said"),
    [
        ("native", None, "'#7' is not a variable: the last is #1."),
        ("v0.2", None, "Invalid variable id! Need to recheck the action."),
        ("fc", Status.INVALID_FORMAT, "There is no such variable."),
    ],
)
def test_a_final_answer_that_is_no_variable(profile: str, status: Status | None, said: str) -> None:
    seen = World(profile).films_of_both().answer("#7")
    assert (seen.status, seen.text) == (status, said)


def test_f1_exact_match_and_executability_of_a_half_right_answer() -> None:
    world = World().films_of_both()
    world.answer("#0")
    score = world.world.score()
    assert score.value == pytest.approx(0.8), "three found, two of them right, two wanted"
    assert score.parts == {"f1": score.value, "exact_match": 0, "executable": 1}


def test_an_empty_variable_is_not_executable() -> None:
    world = World().films_of_both()
    world("get_relations", "#0")
    world("get_neighbors", "#0", "film.film.director")
    world.answer("#2")
    assert world.world.score().parts == {"f1": 0, "exact_match": 0, "executable": 0}, (
        "Ada is named, so excluded"
    )


def test_a_count_is_compared_as_text() -> None:
    world = World().films_of_both()
    world("count", "#1")
    world.answer("#2")
    assert world.world.score().parts["executable"] == 1 and world.world.score().value == 0


def test_without_an_answer_nothing_is_earned_but_progress() -> None:
    score = World().films_of_both().world.score()
    assert score.value == 0 and score.progress == pytest.approx(2 / 3)


def test_progress_does_not_depend_on_the_order_of_an_intersection() -> None:
    world = World().films_of_both()
    world("intersection", "#1", "#0")
    assert world.world.score().progress == 1


def test_variables_stay_of_a_size_that_can_be_asked_for() -> None:
    world = World("fc").films_of_both()
    world("get_attributes", "#0")
    world("argmax", "#0", "film.film.length")
    for number in range(2, 20):
        world("get_attributes", f"#{number}")
        said = world("argmin", f"#{number}", "film.film.length")
    assert "not a variable" in said
    assert len(world.world.variables) == 2 + 5, "each extreme doubles what it is an extreme of"


def test_no_more_than_two_hundred_variables() -> None:
    world = World().films_of_both()
    for _ in range(300):
        said = world("count", "#0")
    assert said.endswith("too complicated, or one too many.") and len(world.world.variables) == 200


@pytest.mark.parametrize(
    "name", ["get_relations", "get_neighbors", "argmax", "count", "x" * 9999, "final_answer"]
)
@PROFILES
def test_a_long_argument_is_not_told_back_at_length(profile: str, name: str) -> None:
    world = World(profile)
    assert len(world(name, "A" * 100_000)) < 400
    assert len(world(name, "A" * 100_000, "b" * 100_000)) < 600


def test_a_fork_and_its_parent_go_their_own_ways() -> None:
    world = World().films_of_both()
    child = world.world.fork()
    world("count", "#0")
    assert len(child.variables) == 2
    child.listed.clear()
    assert "people.person.home" in world("get_relations", "Ada Quill")
    assert world("get_neighbors", "Ada Quill", "people.person.home").startswith("variable #3")


def test_a_reset_forgets_everything() -> None:
    world = World().films_of_both()
    world.answer("#0")
    world.world.reset()
    assert not world.world.variables and world.world.score().value == 0
    assert "use get_relations" in world("get_neighbors", "Ada Quill", "film.director.films")
