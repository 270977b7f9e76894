"""Variables as SPARQL: what it finds equals what sets find; names cannot change a query."""

import pytest
from harness.tasks.kg.engines.small import Small
from harness.tasks.kg.expressions import (
    NAMESPACE,
    Count,
    Expression,
    Extreme,
    Join,
    both,
    entities,
    iri,
    leaving,
    values,
)
from harness.tasks.kg.programs import built, trajectory
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import small_graph, triple

RELATIONS = ("r.a", "r.b", "r.c")
NODES = tuple(f"m.n{i}" for i in range(7))
EDGES = tuple(
    (one, r, NODES[(3 * i + j) % 7]) for i, one in enumerate(NODES) for j, r in enumerate(RELATIONS)
)
MORE = tuple((one, "r.a", NODES[(i * i + 2) % 7]) for i, one in enumerate(NODES))
WEIGHTS = {one: (5, 3, 5, 1, 3, 2, 1)[i] for i, one in enumerate(NODES)}


@pytest.fixture(scope="module")
def engine() -> Small:
    edges = [triple(*e) for e in (*EDGES, *MORE)]
    return Small([*edges, *(triple(n, "r.weight", w) for n, w in WEIGHTS.items())], "edges")


def members(program: Expression) -> set[str]:
    """The same by sets, without the exclusion of named entities."""
    if isinstance(program, str):
        return {program}
    if isinstance(program, Join):
        return {b for a, r, b in (*EDGES, *MORE) if r == program.relation and a in members(program.inner)}
    if isinstance(program, Extreme):
        of = members(program.inner)
        ranked = of - set(entities(program.inner))
        best = (max if program.which == "argmax" else min)((WEIGHTS[m] for m in ranked), default=None)
        return {m for m in of if WEIGHTS[m] == best}
    assert not isinstance(program, Count)
    return set.intersection(*map(members, program.parts))


def joins(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    join = st.builds(Join, st.sampled_from(RELATIONS), inner)
    extreme = st.builds(Extreme, st.sampled_from(["argmax", "argmin"]), join, st.just("r.weight"))
    return st.one_of(join, st.builds(both, join, join), extreme)


PROGRAMS = st.recursive(st.sampled_from(NODES), joins, max_leaves=5).filter(lambda p: not isinstance(p, str))


@given(PROGRAMS)
@settings(max_examples=150, deadline=None)
def test_sparql_finds_what_sets_find(engine: Small, program: Expression) -> None:
    found = {v.removeprefix(NAMESPACE) for v in engine.select(values(program))}
    wanted = members(program) - set(entities(program))
    assert found == wanted
    assert engine.select(values(Count(program))) == [str(len(wanted))]


@given(PROGRAMS)
@settings(max_examples=60, deadline=None)
def test_the_calls_that_build_a_program_build_it(program: Expression) -> None:
    names = {n: n for n in NODES}
    assert built(trajectory(program, names), names)[-1] == program


def test_of_an_extreme_value_all_holders_are_returned() -> None:
    engine = Small(small_graph(), "small")
    longest = Extreme("argmax", Join("film.director.films", "m.ada"), "film.film.length")
    assert sorted(engine.select(values(longest))) == [f"{NAMESPACE}m.f2", f"{NAMESPACE}m.f3"]


def test_named_entities_are_not_their_own_answer(engine: Small) -> None:
    there_and_back = Join("place.town.people", Join("people.person.home", "m.ada"))
    assert Small(small_graph(), "small").select(values(there_and_back)) == []


def test_relations_of_a_variable_are_those_of_its_members() -> None:
    engine = Small(small_graph(), "small")
    films = Join("film.director.films", "m.ada")
    assert {r.removeprefix(NAMESPACE) for r in engine.select(leaving(films))} == {
        "film.film.director",
        "film.film.cast",
        "film.film.length",
    }
    assert engine.select(leaving(films, literal=True)) == [f"{NAMESPACE}film.film.length"]


def test_texts_in_other_languages_are_no_answers() -> None:
    subject = f"<{NAMESPACE}m.a> <{NAMESPACE}r.name>"
    engine = Small([f'{subject} "one"@en .', f'{subject} "eins"@de .', f'{subject} "1" .'], "texts")
    assert sorted(engine.select(values(Join("r.name", "m.a")))) == ["1", "one"]


def test_an_intersection_is_the_same_in_any_order_and_with_itself() -> None:
    one, two, three = Join("r.a", "m.n0"), Join("r.b", "m.n1"), Join("r.c", "m.n2")
    assert both(both(one, two), three) == both(three, both(two, one))
    assert both(one, one) == one


def test_many_intersections_of_the_same_stay_small() -> None:
    program = both(Join("r.a", "m.n0"), Join("r.b", "m.n1"))
    for _ in range(14):
        program = both(program, program)
    assert len(values(program)) < 600


@pytest.mark.parametrize(
    "name",
    [
        "",
        "m.a> . ?s ?p ?o",
        "m.a b",
        "m.a\n",
        "m.a}",
        "m.a#",
        'm."a"',
        "m.ä",
        "m.a\\u003e",
        "m.a%3E",
        "<m.a>",
    ],
)
def test_a_name_that_could_change_the_query_is_refused(name: str) -> None:
    for make in (lambda: iri(name), lambda: values(Join("r.a", name)), lambda: values(Join(name, "m.a"))):
        with pytest.raises(ValueError, match="not a name of the graph"):
            make()


@given(st.text())
def test_an_iri_is_one_token(name: str) -> None:
    try:
        written = iri(name)
    except ValueError:
        return
    assert written[0] == "<" and written.count("<") == written.count(">") == 1 and not written.split()[1:]
