"""How many requests one address may make (RFC 6585, 4), over all worker processes together.

Each address has a place in a table of fixed size, in memory that the workers share: the time until which it has used up its
share (the generic cell rate algorithm, ITU-T I.371). No address is kept. Two that fall on one place share it, and two workers
that write at once let one request more through; nothing is locked, so that no worker's end can hold up the others.
"""

import ipaddress
import math
import mmap
import os
import time

from flask import Flask, request
from werkzeug.exceptions import TooManyRequests

from zhicheng.web.caching import LIVE

PLACES = 1 << 16
# Seconds whose share of requests may be used at once.
BURST = 60.0
# Where it is kept how long a request has to wait.
WAIT = "zhicheng.wait"


class Rates:
    """So many requests a minute from each address."""

    def __init__(self, per_minute: int):
        self.per_minute = per_minute
        self._interval = 60.0 / per_minute
        self._until = memoryview(mmap.mmap(-1, PLACES * 8)).cast("d")
        self._salt = os.urandom(16)

    def wait(self, address: str) -> float:
        """Seconds until a request from an address is admitted: 0 where it is, and counts."""
        place = hash((self._salt, _network(address))) % PLACES
        now = time.monotonic()
        used = max(self._until[place], now)
        over = used + self._interval - now - BURST
        if over > 0:
            return over
        self._until[place] = used + self._interval
        return 0.0

    def refuses(self, environ: dict) -> bool:
        """Whether a request (a WSGI environment) is to be refused; it counts once, however often this is asked, and is told the seconds to wait under `WAIT`."""
        if WAIT not in environ:
            environ[WAIT] = self.wait(environ.get("REMOTE_ADDR", ""))
        return environ[WAIT] > 0


def _network(address: str) -> str:
    """What one user has of addresses: one of version 4, and of version 6 those with the same first 64 bits."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(found) if found.version == 4 else str(int(found) >> 64)


def register(app: Flask, rates: Rates) -> None:
    """Refuse the requests of an address beyond its share with status 429."""

    @app.before_request
    def admit() -> None:
        if request.endpoint not in LIVE and rates.refuses(request.environ):  # which watchers ask at their own pace
            seconds = math.ceil(request.environ[WAIT])
            raise TooManyRequests(f"More than {rates.per_minute} requests a minute came from your address. Ask again in {seconds} s.", retry_after=seconds)
