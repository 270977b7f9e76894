"""The engines: limits, restarts, threads and wrong files; endpoints that hang, fail, lie or are gone."""

import json
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.tasks.kg.engines import Endpoint, TooSlow, Worker
from harness.tasks.kg.engines.store import SOURCE, build
from harness.tasks.kg.expressions import NAMESPACE, Join, iri, values

from harness import EnvironmentFailure, UsageError

from .conftest import small_graph
from .sparql import Server

FILMS = values(Join("film.director.films", "m.ada"))
FOUND = [f"{NAMESPACE}{f}" for f in ("m.f1", "m.f2", "m.f3")]
HEAVY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o . ?p ?q ?r }"


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "small.nt"
    path.write_text("\n".join(small_graph()) + "\n")
    return path


@pytest.fixture
def worker(graph: Path) -> Iterator[Worker]:
    made = Worker(graph, 1.0)
    yield made
    made.close()


def too_slow(worker: Worker) -> None:
    with pytest.raises(TooSlow):
        worker.select(HEAVY)


class TestWorker:
    def test_it_answers(self, worker: Worker) -> None:
        assert sorted(worker.select(FILMS)) == FOUND

    def test_a_query_past_its_limit_is_stopped_and_the_next_is_answered(self, worker: Worker) -> None:
        worker.select(FILMS)
        began = time.monotonic()
        with pytest.raises(TooSlow):
            worker.select(HEAVY)
        assert time.monotonic() - began < 5
        assert sorted(worker.select(FILMS)) == FOUND

    def test_sixteen_threads_each_get_their_own_answers(self, worker: Worker) -> None:
        queries = {f"SELECT ?x WHERE {{ VALUES ?x {{ {n} }} }}": [str(n)] for n in range(16)}
        wrong: list[str] = []

        def ask(query: str) -> None:
            wrong.extend(query for _ in range(20) if worker.select(query) != queries[query])

        threads = [threading.Thread(target=ask, args=(q,)) for q in queries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not wrong

    def test_threads_that_wait_for_a_slow_query_are_answered_after_it(self, worker: Worker) -> None:
        worker.select(FILMS)
        found: list[list[str]] = []
        waiting = [threading.Thread(target=lambda: found.append(worker.select(FILMS))) for _ in range(4)]
        slow = threading.Thread(target=too_slow, args=(worker,))
        slow.start()
        for thread in waiting:
            thread.start()
        for thread in (slow, *waiting):
            thread.join()
        assert [len(f) for f in found] == [3] * 4

    def test_one_that_was_killed_is_started_again(self, worker: Worker) -> None:
        worker.select(FILMS)
        assert worker.process is not None
        worker.process.kill()
        worker.process.wait()
        assert sorted(worker.select(FILMS)) == FOUND

    def test_a_kill_from_outside_is_no_slow_query(self, graph: Path) -> None:
        worker = Worker(graph, 20.0)
        worker.select(FILMS)
        assert worker.process is not None
        kill = threading.Timer(0.3, worker.process.kill)
        kill.start()
        with pytest.raises(EnvironmentFailure, match="killed from outside"):
            worker.select(HEAVY)
        assert sorted(worker.select(FILMS)) == FOUND
        worker.close()

    def test_the_limit_of_memory_is_a_limit_of_the_query(self, graph: Path) -> None:
        worker = Worker(graph, 20.0)
        worker.select(FILMS)
        assert worker.process is not None
        abort = threading.Timer(0.3, worker.process.send_signal, (signal.SIGABRT,))  # as Rust does
        abort.start()
        too_slow(worker)
        worker.close()

    def test_without_its_parent_it_ends_by_itself(self, worker: Worker) -> None:
        worker.select(FILMS)
        process = worker.process
        assert process is not None and process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0

    def test_a_heavy_query_ends_by_itself_too(self, worker: Worker) -> None:
        worker.select(FILMS)
        process = worker.process
        assert process is not None and process.stdin is not None
        process.stdin.write(json.dumps(HEAVY).encode() + b"\n")
        process.stdin.flush()  # and nobody waits for the answer
        assert process.wait(15) == -14, "SIGALRM, a second after the limit"

    def test_a_query_that_is_none_is_our_failure(self, worker: Worker) -> None:
        with pytest.raises(EnvironmentFailure, match="refused a query"):
            worker.select("SELECT")

    @pytest.mark.parametrize("name", ["bad.nt", "bad.ttl", "missing.nt"])
    def test_a_graph_that_cannot_be_read_is_named(self, tmp_path: Path, name: str) -> None:
        if name.startswith("bad"):
            (tmp_path / name).write_text("this is no triple\n")
        broken = Worker(tmp_path / name, 1)
        with pytest.raises(UsageError, match=f"-T graph=x: .*{name}.*expected N-Triples"):
            broken.check("-T graph=x")
        broken.close()

    def test_turtle_is_read(self, tmp_path: Path) -> None:
        path = tmp_path / "small.ttl"
        path.write_text(f"@prefix n: <{NAMESPACE}> . n:m.ada n:film.director.films n:m.f1, n:m.f2 .")
        worker = Worker(path, 5)
        assert len(worker.select(FILMS)) == 2
        worker.close()

    def test_a_store_on_disk_is_read(self, graph: Path, tmp_path: Path) -> None:
        store = tmp_path / "store"
        store.mkdir()
        assert build(graph, store, lambda *_, **__: None) == len(small_graph())
        worker = Worker(store, 5)
        assert sorted(worker.select(FILMS)) == FOUND
        worker.close()

    def test_a_store_is_known_by_what_it_was_made_from_and_not_by_its_place(
        self, graph: Path, tmp_path: Path
    ) -> None:
        def known(name: str, marked: bool = True) -> str:
            store = tmp_path / name
            store.mkdir()
            build(graph, store, lambda *_, **__: None)
            if not marked:
                (store / SOURCE).unlink()
            return Worker(store, 5).facts()["graph"]

        one, same, elsewhere = known("one"), known("same"), known("elsewhere", marked=False)
        more = (small_graph()[0].replace("m.ada", f"m.eve_{n}") for n in range(50))
        graph.write_text(graph.read_text() + "\n".join(more) + "\n")
        other, otherwise = known("other"), known("otherwise", marked=False)
        assert one == same != other and elsewhere not in (one, otherwise)

    def test_the_graph_is_part_of_the_facts(self, worker: Worker, graph: Path) -> None:
        before = worker.facts()
        graph.write_text(graph.read_text() + small_graph()[0].replace("m.ada", "m.eve") + "\n")
        assert worker.facts()["graph"] != before["graph"] and before["engine"].startswith("pyoxigraph 0")


@pytest.fixture
def endpoint(server: Server) -> Iterator[Endpoint]:
    made = Endpoint(server.url, 20)
    yield made
    made.close()


@pytest.fixture
def hasty(server: Server) -> Iterator[Endpoint]:
    made = Endpoint(server.url, 0.4)
    yield made
    made.close()


ADA = iri("m.ada")


class TestEndpoint:
    def test_it_answers_as_the_worker_does(self, endpoint: Endpoint, worker: Worker) -> None:
        assert sorted(endpoint.select(FILMS)) == sorted(worker.select(FILMS)) == FOUND
        endpoint.check([ADA])

    def test_a_query_past_its_limit_is_too_slow_where_the_endpoint_is_well(
        self, hasty: Endpoint, server: Server
    ) -> None:
        server.otherwise = {"sleep": 1.0, "pings": True}
        with pytest.raises(TooSlow):
            hasty.select(FILMS)

    def test_an_endpoint_that_hangs_is_a_failure_and_no_slow_query(
        self, hasty: Endpoint, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("harness.tasks.kg.engines.endpoint.PATIENCE", 0.3)
        server.otherwise = {"sleep": 2.0}
        with pytest.raises(EnvironmentFailure, match="has stopped answering"):
            hasty.select(FILMS)

    def test_one_that_trickles_is_stopped(self, hasty: Endpoint, server: Server) -> None:
        server.otherwise = {"piece": 1, "pause": 0.05, "pings": True}
        began = time.monotonic()
        with pytest.raises(TooSlow):
            hasty.select(FILMS)
        assert time.monotonic() - began < 3

    @pytest.mark.parametrize(
        "told",
        [
            {"status": 500, "body": b"Virtuoso 42000 Error The estimated time 960 exceeds the limit of 400"},
            {"headers": {"X-SQL-State": "S1TAT"}},
        ],
    )  # fmt: skip
    def test_virtuosos_own_limits_are_too_slow(
        self, endpoint: Endpoint, server: Server, told: dict[str, Any]
    ) -> None:
        server.otherwise = {**told, "pings": True}
        with pytest.raises(TooSlow):
            endpoint.select(FILMS)

    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({"status": 503, "body": b"<h1>busy</h1>"}, "HTTP 503 <h1>busy</h1>"),
            ({"status": 404, "body": b"nothing here"}, "HTTP 404 nothing here"),
            ({"body": b"<html>hello</html>"}, "no SPARQL results in JSON"),
            ({"body": b'{"boolean": true}'}, "no SPARQL results in JSON"),
            ({"body": b"[" * 100_000}, "no SPARQL results in JSON"),
        ],
    )
    def test_other_answers_are_failures_before_and_in_a_run(
        self, endpoint: Endpoint, server: Server, told: dict[str, Any], why: str
    ) -> None:
        server.otherwise = told
        with pytest.raises(EnvironmentFailure, match=why):
            endpoint.select(FILMS)
        with pytest.raises(UsageError, match=f"does not answer SPARQL: {why}"):
            endpoint.check([ADA])

    def test_a_connection_that_was_closed_is_opened_once_more(
        self, endpoint: Endpoint, server: Server
    ) -> None:
        server.otherwise = {"hang up": 1}
        assert sorted(endpoint.select(FILMS)) == FOUND
        server.otherwise = {"hang up": 99}
        with pytest.raises(EnvironmentFailure, match="RemoteProtocolError"):
            endpoint.select(FILMS)

    def test_an_endpoint_without_these_entities_is_told_before_the_run(self, endpoint: Endpoint) -> None:
        with pytest.raises(UsageError, match=r"knows none of the entities.*m\.zoe"):
            endpoint.check([iri("m.zoe"), iri("m.yan")])

    def test_one_of_the_entities_is_enough(self, endpoint: Endpoint) -> None:
        endpoint.check([iri("m.zoe"), ADA])

    def test_nobody_there(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/sparql"
        with pytest.raises(UsageError, match=r"--kg-endpoint http://127.*is it running"):
            Endpoint(url, 1).check([ADA])

    @pytest.mark.parametrize("url", ["localhost:3001", "ftp://x/sparql", "http://", "http://[", "nonsense"])
    def test_an_address_that_is_none(self, url: str) -> None:
        with pytest.raises(UsageError, match="does not answer SPARQL"):
            Endpoint(url, 1).check([ADA])

    def test_passwords_are_not_told(self) -> None:
        endpoint = Endpoint("http://me:secret@127.0.0.1:9/sparql", 1)
        with pytest.raises(UsageError) as caught:
            endpoint.check([ADA])
        assert "secret" not in str(caught.value) + str(endpoint.facts())
