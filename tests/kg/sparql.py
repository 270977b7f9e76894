"""A SPARQL endpoint on loopback, which can be told to hang, fail, trickle or answer nonsense."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs


class Server:
    """Answers over the triples given, by pyoxigraph; `otherwise` says how to behave instead."""

    def __init__(self, triples: list[str]) -> None:
        from pyoxigraph import RdfFormat, Store

        self.store, self.asked, self.otherwise = Store(), 0, dict[str, Any]()
        self.store.load("\n".join(triples).encode(), RdfFormat.N_TRIPLES)
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.http.daemon_threads = True
        threading.Thread(target=self.http.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.http.server_port}/sparql"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                server.asked += 1
                query = parse_qs(body)["query"][0]
                told = {} if "LIMIT 1" in query and server.otherwise.get("pings") else server.otherwise
                time.sleep(told.get("sleep", 0))
                if told.get("hang up", 0) >= server.asked:
                    return
                status, text = told.get("status", 200), told.get("body") or server.results(query)
                self.send_response(status)
                for name, value in told.get("headers", {}).items():
                    self.send_header(name, value)
                self.end_headers()
                for start in range(0, len(text), told.get("piece", len(text) or 1)):
                    time.sleep(told.get("pause", 0))
                    self.wfile.write(text[start : start + told.get("piece", len(text))])

            def log_message(self, *_: object) -> None:
                pass

        return Handler

    def results(self, query: str) -> bytes:
        from pyoxigraph import QueryResultsFormat

        found: Any = self.store.query(query)
        text = found.serialize(format=QueryResultsFormat.JSON)
        assert text is not None
        return bytes(text)

    def close(self) -> None:
        self.http.shutdown()
        self.http.server_close()
