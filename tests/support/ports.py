"""A port for a server that wants to be told one before it starts."""
import random
import socket


def free_port():
    """A free port of the loopback address, below those that the system gives away by itself (32768 on Linux): between this answer and the
    server's start no other test's `port 0` can take it."""
    while True:
        port = random.randrange(12000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
