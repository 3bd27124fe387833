"""HTTP to a store: pooled connections, one deadline for a request with its retries, credentials that no message shows."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import BoundedSemaphore
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth
from urllib3.exceptions import HTTPError, ReadTimeoutError

from zhicheng import __version__
from zhicheng.errors import Invalid, StoreFailure

# Connections that are kept open, which are also the most requests that a process has under way; seconds that one waits for its turn.
CONNECTIONS, PATIENCE = 6, 1
# How often a request that got no answer is sent anew, and seconds before the first time; statuses that ask for it (RFC 9110, 15.6).
RETRIES, PAUSE, AGAIN = 2, 0.1, (502, 503, 504)
LARGEST = 500_000_000
# Seconds after which asking again may help.
RETRY_AFTER = 5


@dataclass(frozen=True)
class Address:
    """Where an endpoint is, and who asks it; shown without user, password and query."""

    url: str = field(repr=False)
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, text: str, user: str = "", password: str = "") -> "Address":
        """The address in an http or https URL; user and password in it come before those given.

        Raises Invalid where it is no such URL.
        """
        try:
            parts = urlsplit(text)
            host = parts.hostname
            parts.port  # noqa: B018 - a port that is none is noticed here only
        except ValueError:
            host = None
        if not host or parts.scheme not in ("http", "https"):
            raise Invalid("The address of the store", "is no http or https URL", "Give one such as http://localhost:7878/query")
        place = parts.netloc.rpartition("@")[2]
        return cls(urlunsplit((parts.scheme, place, parts.path, parts.query, "")), unquote(parts.username or "") or user, unquote(parts.password or "") or password)

    def at(self, url: str) -> "Address":
        """Another URL of the same server."""
        return Address(url, self.user, self.password)

    def __str__(self) -> str:
        return self.url.partition("?")[0]


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media(self) -> str:
        """The media type of the body, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


class Endpoint:
    """One server, reached over connections that stay open; it may be used from several threads, and after a fork."""

    def __init__(self, address: Address, seconds: float):
        self.address, self.seconds = address, seconds
        self._turns = BoundedSemaphore(CONNECTIONS)
        self._sessions: dict[int, requests.Session] = {}

    def send(self, method: str, address: Address, *, data: bytes | dict | None = None, params: dict[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """What the server answers to a request that may be repeated, whatever its status.

        Raises StoreFailure when it cannot be reached, breaks off, or has not answered whole by the deadline.
        """
        deadline = time.monotonic() + self.seconds
        if not self._turns.acquire(timeout=min(PATIENCE, self.seconds)):
            raise StoreFailure(f"The store at {address} has too many requests under way. Ask again in {RETRY_AFTER} seconds", RETRY_AFTER)
        try:
            for attempt in range(RETRIES + 1):
                left = deadline - time.monotonic()
                try:
                    reply = self._once(method, address.url, deadline, data=data, params=params, headers=headers, timeout=max(left, 0.001))
                    if reply.status not in AGAIN:
                        return reply
                    problem = f"answers with status {reply.status}"
                except (requests.Timeout, ReadTimeoutError, TimeoutError):
                    raise StoreFailure(f"The store at {address} has not answered within {self.seconds:g} seconds. Ask again in {RETRY_AFTER} seconds", RETRY_AFTER, down=True) from None
                except (requests.RequestException, HTTPError, OSError) as error:
                    problem = "cannot be reached" if isinstance(error, requests.ConnectionError) else "breaks off its answer"
                pause = PAUSE * 2**attempt
                if time.monotonic() + pause > deadline:
                    break
                if attempt < RETRIES:
                    time.sleep(pause)
            raise StoreFailure(f"The store at {address} {problem}. Ask again in {RETRY_AFTER} seconds", RETRY_AFTER, down=True)
        finally:
            self._turns.release()

    def _once(self, method: str, url: str, deadline: float, **request) -> Reply:
        session = self._session()
        reply = self._sent(session, method, url, deadline, **request)
        if reply.status == 401 and self.address.user and session.auth is None:
            session.auth = _answering(reply.headers.get("WWW-Authenticate", ""), self.address)
            reply = self._sent(session, method, url, deadline, **request)
        return reply

    def _sent(self, session: requests.Session, method: str, url: str, deadline: float, **request) -> Reply:
        with session.request(method, url, stream=True, allow_redirects=False, **request) as response:
            parts, size = [], 0
            while part := response.raw.read1(1 << 20, decode_content=True):
                parts.append(part)
                size += len(part)
                if time.monotonic() > deadline:
                    raise TimeoutError
                if size > LARGEST:
                    raise OSError("the answer is too large")
            return Reply(response.status_code, response.headers, b"".join(parts))

    def _session(self) -> requests.Session:
        """The connections of this process: those of the one that it was forked from are not its own."""
        session = self._sessions.get(os.getpid())
        if session is None:
            session = requests.Session()
            session.trust_env = False
            session.headers["User-Agent"] = f"zhicheng/{__version__}"
            for scheme in ("http://", "https://"):
                session.mount(scheme, HTTPAdapter(pool_connections=2, pool_maxsize=CONNECTIONS))
            self._sessions[os.getpid()] = session
        return session


def _answering(challenge: str, address: Address) -> AuthBase:
    """The credentials as a server's challenge asks for them (RFC 7616 or RFC 7617)."""
    named = HTTPDigestAuth if challenge.lower().startswith("digest") else HTTPBasicAuth
    return named(address.user, address.password)
