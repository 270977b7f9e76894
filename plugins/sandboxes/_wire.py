"""Messages between harness, zygote and sandbox: JSON with file descriptors over a SEQPACKET socket.

The JSON travels in a memory file, because a packet has a size limit and a command has none.
"""

# No pathlib: it would make the zygote larger, which is copied for every sandbox.
# ruff: noqa: PTH123

import array
import json
import os
import socket
from collections.abc import Sequence
from typing import Any

_MOST_FDS = 16


class Closed(Exception):
    """The other side is gone."""


def send(sock: socket.socket, message: Any, fds: Sequence[int] = ()) -> None:
    body = json.dumps(message).encode("utf-8", "surrogateescape")
    if len(body) < 32_000:
        _send(sock, body, fds)
        return
    carrier = memory_file(body)
    try:
        _send(sock, b"M", [carrier, *fds])
    finally:
        os.close(carrier)


def _send(sock: socket.socket, body: bytes, fds: Sequence[int]) -> None:
    try:
        sock.sendmsg([body], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", fds))] if fds else [])
    except (BrokenPipeError, ConnectionResetError) as e:
        raise Closed from e


def receive(sock: socket.socket) -> tuple[Any, list[int]]:
    """The next message and its descriptors (close-on-exec). Raises `Closed` at the end."""
    try:
        body, extras, _, _ = sock.recvmsg(65536, socket.CMSG_SPACE(4 * _MOST_FDS), socket.MSG_CMSG_CLOEXEC)
    except ConnectionResetError as e:
        raise Closed from e
    fds = array.array("i")
    for level, kind, data in extras:
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds.frombytes(data[: len(data) // 4 * 4])
    if not body:
        raise Closed
    if body != b"M":
        return json.loads(body), list(fds)
    with open(fds[0], "rb") as file:
        file.seek(0)
        return json.loads(file.read()), list(fds[1:])


def memory_file(data: bytes) -> int:
    """An anonymous file that holds `data`, read from its beginning."""
    file = os.memfd_create("harness")
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]
    os.lseek(file, 0, os.SEEK_SET)
    return file
