"""Serves a C program: requests come in on a socket, which is standard input, and answers go back.

The C library starts it as ``python -m tinyneuron.nrt.server`` and ends it by closing the socket.
``TINYNEURON_TARGET`` and ``TINYNEURON_CONFIG`` say what it opens, as for ``nrt.init``.
"""

from __future__ import annotations

import contextlib
import os
import socket

from .service import ANSWER, REQUEST, Service

__all__ = ["main", "serve"]


def serve(connection: socket.socket, service: Service) -> None:
    """Answers until the other side is gone."""
    with connection.makefile("rb") as incoming:
        while len(head := incoming.read(REQUEST.size)) == REQUEST.size:
            request, text_bytes, data_bytes, *numbers = REQUEST.unpack(head)
            text = incoming.read(text_bytes).decode("utf-8", "replace")
            answer = service.answer(request, numbers, text, incoming.read(data_bytes))
            head = ANSWER.pack(answer.status, 0, len(answer.data), answer.value)
            connection.sendall(head + answer.data)


def main() -> None:
    """Entry point."""
    connection = socket.socket(fileno=os.dup(0))
    # What we start must not hold the socket open, nor read from it.
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    with contextlib.suppress(ConnectionError, KeyboardInterrupt):
        serve(connection, Service())


if __name__ == "__main__":
    main()
