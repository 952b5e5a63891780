"""Ports for servers that must be known before they run, or come back where they were."""

import random
import socket
from pathlib import Path

#: Below the ports that the system gives to whoever asks for any: none of those is ever one of ours, not even while its
#: server is away.
LOWEST, RANGE = 10_000, Path("/proc/sys/net/ipv4/ip_local_port_range")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 on which nobody listens."""
    highest = int(RANGE.read_text().split()[0]) if RANGE.exists() else 32_768
    while True:
        port = random.SystemRandom().randrange(LOWEST, max(highest, LOWEST + 1))
        with socket.socket() as line:
            try:
                line.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
