"""A SPARQL endpoint over a graph in memory that can be told to fail in the ways in which servers do."""

import socket
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from pyoxigraph import NamedNode, QueryResultsFormat, QueryTriples, RdfFormat, Store, serialize

from zhicheng.knowledge import publication

JSON = "application/sparql-results+json"


class Misbehaving(ThreadingHTTPServer):
    """Answers queries while `mood` is "well"; `connections` and `queries` count what came."""

    daemon_threads = True

    def __init__(self, graph):
        super().__init__(("127.0.0.1", 0), Handler)
        self.graph = Store()
        self.graph.load(graph.n_quads, RdfFormat.N_QUADS)
        self.graph.load(publication.record(publication.versions(publication.contents(graph))), RdfFormat.N_TRIPLES, to_graph=publication.RECORD)
        self.mood, self.connections, self.queries, self.authorisations = "well", 0, 0, []
        self.address = f"http://127.0.0.1:{self.server_port}/query"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Misbehaving

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.queries += 1
        self.server.authorisations.append(self.headers.get("Authorization"))
        mood = self.server.mood
        if mood == "hangs":
            time.sleep(20)
            return
        if mood == "resets":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if mood == "resets once":
            self.server.mood = "well"
            self.connection.close()
            self.close_connection = True
            return
        if mood == "HTML":
            return self.say(200, b"<html><body>Welcome to nginx!</body></html>", "text/html")
        if mood == "nothing":
            return self.say(200, b"", JSON)
        if mood == "another result":
            return self.say(200, b'{"head":{},"boolean":true}', JSON)
        if mood in ("500", "503", "302"):
            return self.say(int(mood), b"oops", "text/plain")
        if mood == "wants a password" and not self.headers.get("Authorization"):
            return self.say(401, b"", "text/plain", {"WWW-Authenticate": 'Basic realm="graphs"'})
        graphs = {name: [NamedNode(g) for g in form.get(f"{name}-graph-uri", ())] for name in ("default", "named")}
        result = self.server.graph.query(form["query"][0], default_graph=graphs["default"] or None, named_graphs=graphs["named"] or None)
        if isinstance(result, QueryTriples):
            return self.say(200, serialize(result, format=RdfFormat.N_TRIPLES), "application/n-triples")
        body = result.serialize(format=QueryResultsFormat.JSON)
        if mood == "half a JSON":
            return self.say(200, body[: len(body) * 2 // 3], JSON)
        if mood == "cut":
            return self.say(200, body, JSON, {"X-SPARQL-MaxRows": "10"})
        if mood == "ends early":
            self.say(200, body[: len(body) // 2], JSON, {}, len(body))
            self.close_connection = True
            return
        if mood == "drips":
            self.say(200, b"", JSON, {}, len(body))
            for byte in body:
                self.wfile.write(bytes([byte]))
                self.wfile.flush()
                time.sleep(0.2)
            return
        self.say(200, body, JSON)

    def say(self, status: int, body: bytes, media: str, headers: dict[str, str] | None = None, length: int | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(body) if length is None else length), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def log_message(self, *_):
        """Nothing is logged."""

    def handle(self):
        try:
            super().handle()
        except OSError:
            pass  # the client has gone
