"""A client that keeps some connections busy, cheap enough that the server, not it, is what is measured."""

import selectors
import socket
import time
from collections.abc import Sequence
from urllib.parse import quote


def request(path: str, **arguments: str) -> bytes:
    """A GET request for a path."""
    query = "&".join(f"{name}={quote(value)}" for name, value in arguments.items())
    return f"GET {path}{'?' if query else ''}{query} HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\n\r\n".encode()


def exchange(port: int, requests: Sequence[bytes], connections: int = 8) -> tuple[float, list[bytes]]:
    """Send requests over so many connections, each the next as soon as it has its reply; the seconds that took, and the bodies.

    Raises RuntimeError for a reply that is no success.
    """
    selector = selectors.DefaultSelector()
    bodies: list[bytes] = [b""] * len(requests)
    waiting = iter(range(len(requests)))
    open_ = 0
    for _ in range(min(connections, len(requests))):
        selector.register(_connected(port), selectors.EVENT_READ, [None, b""])
        open_ += 1
    started = time.perf_counter()
    for key in list(selector.get_map().values()):
        key.data[0] = next(waiting)
        key.fileobj.sendall(requests[key.data[0]])
    while open_:
        for key, _ in selector.select():
            link, state = key.fileobj, key.data
            received = link.recv(1 << 18)
            if not received:
                raise RuntimeError("The server closed a connection")
            state[1] += received
            head, end, body = state[1].partition(b"\r\n\r\n")
            if not end or not _whole(head, body):
                continue
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(f"{requests[state[0]]!r}: {head.splitlines()[0]!r} {body[:300]!r}")
            bodies[state[0]] = body
            state[0], state[1] = next(waiting, None), b""
            if state[0] is not None and not _closes(head):
                link.sendall(requests[state[0]])
                continue
            selector.unregister(link)
            link.close()
            if state[0] is None:
                open_ -= 1
                continue
            link = _connected(port)
            selector.register(link, selectors.EVENT_READ, state)
            link.sendall(requests[state[0]])
    return time.perf_counter() - started, bodies


def _connected(port: int) -> socket.socket:
    link = socket.create_connection(("127.0.0.1", port), timeout=60)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return link


def _closes(head: bytes) -> bool:
    """Whether the server ends the connection with this reply."""
    return head.startswith(b"HTTP/1.0") or b"\r\nconnection: close" in head.lower()


def _whole(head: bytes, body: bytes) -> bool:
    """Whether a reply has come to its end."""
    for line in head.lower().split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name == b"content-length":
            return len(body) >= int(value)
        if name == b"transfer-encoding" and value.strip() == b"chunked":
            return body.endswith(b"0\r\n\r\n")
    raise RuntimeError(f"A reply without Content-Length: {head!r}")
