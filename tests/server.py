# SPDX-License-Identifier: GPL-2.0-only
"""A server outside the board, on this machine's loopback, which QEMU's user network
shows as 10.0.2.2. A client says one line:

  sum N   the SHA-256 of N bytes, in hexadecimal
  get N   these bytes
  put N   and N bytes; it is told their SHA-256

Beside it iperf3 listens, for TCP and UDP.
"""

import hashlib
import random
import socket
import socketserver
import subprocess
import threading

# The same bytes for everybody; a size that no buffer of anybody's divides.
BLOCK = random.Random(20240101).randbytes(1000003)


def pieces(size):
    """The first `size` bytes of BLOCK, over and over."""
    while size > 0:
        yield BLOCK[:size]
        size -= len(BLOCK)


class Handler(socketserver.StreamRequestHandler):
    """One client, one request."""

    timeout = 60

    def handle(self):
        word, size = self.rfile.readline(64).split()
        digest = hashlib.sha256()
        left = int(size)
        if word == b"get":
            for piece in pieces(left):
                self.wfile.write(piece)
            return
        if word == b"put":
            while left and (piece := self.rfile.read(min(left, 65536))):
                digest.update(piece)
                left -= len(piece)
        else:
            for piece in pieces(left):
                digest.update(piece)
        self.wfile.write(digest.hexdigest().encode() + b"\n")


def free_port():
    """A port that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Server(socketserver.ThreadingTCPServer):
    """With its own thread and iperf3, as long as it is used in a `with`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.port = self.server_address[1]
        self.iperf_port = free_port()
        self.iperf = None

    def handle_error(self, request, client_address):
        """A client that goes away is no news."""

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.iperf = subprocess.Popen(
            ["iperf3", "-s", "-B", "127.0.0.1", "-p", str(self.iperf_port)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *args):
        self.iperf.terminate()
        self.iperf.wait()
        self.shutdown()
        self.server_close()
