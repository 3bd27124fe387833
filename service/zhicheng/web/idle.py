"""The end of connections on which nothing comes and nothing goes: clients that stopped in the middle of a request, went away, or keep a connection for nothing.

The server below has a bound on the time for the head of a request, and none for its body. The kernel knows of each connection when its
last byte and its last acknowledgement came (tcp(7), TCP_INFO), so a slow reader of a long answer is not taken for a silent one.
"""

import contextlib
import os
import socket
import struct
import sys
import threading
import time

# tcpi_last_data_recv and tcpi_last_ack_recv (linux/tcp.h), milliseconds.
LAST = struct.Struct("=II")
AT = 52


def watch(port: int, seconds: int) -> None:
    """From now on, end each connection of this process to a port of its own once it has been silent for so long; nothing where the system does not tell."""
    if sys.platform == "linux":
        threading.Thread(target=_watch, args=(port, seconds), daemon=True, name="idle").start()


def _watch(port: int, seconds: int) -> None:
    while True:
        time.sleep(seconds / 6)
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):  # closed meanwhile
                if os.readlink(f"/proc/self/fd/{name}").startswith("socket:"):
                    _end_if_silent(os.dup(int(name)), port, seconds)


def _end_if_silent(descriptor: int, port: int, seconds: int) -> None:
    with socket.socket(fileno=descriptor) as connection:
        if connection.family in (socket.AF_INET, socket.AF_INET6) and connection.getsockname()[1] == port and connection.getpeername() and silent(connection) >= seconds:
            connection.shutdown(socket.SHUT_RDWR)


def silent(connection: socket.socket) -> float:
    """Seconds since anything came over a TCP connection."""
    return min(LAST.unpack_from(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104), AT)) / 1000
