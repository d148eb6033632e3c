"""A port for a server that is started next, and that may be stopped and started again where it was."""

import atexit
import secrets
import socket
from collections import deque
from typing import Final

_LOWEST, _HIGHEST = 12_000, 32_000
_TRIES: Final = 1000
_HELD_AT_MOST: Final = 128

_held: Final[deque[socket.socket]] = deque()
"""The UDP sockets by which the newest ports are taken for this process, while their servers are stopped, too."""


def free_port() -> int:
    """A port on loopback that nobody holds now, and that this gives to no other process while this one lives.

    It is below those that the system hands out by itself, to connections and to whoever asks for any port: one of
    those may be given away again before the server that it is meant for listens, or while that server is stopped.
    """
    for _ in range(_TRIES):
        # Not from a generator with a seed, which two processes may share.
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        if _free(port) and _held_back(port):
            return port
    raise OSError(f"No port between {_LOWEST} and {_HIGHEST} is free on loopback.")


def _free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still being forgotten is free to them.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return _bound(probe, port)


def _held_back(port: int) -> bool:
    mark = socket.socket(type=socket.SOCK_DGRAM)
    if not _bound(mark, port):
        mark.close()
        return False
    _held.append(mark)
    if len(_held) > _HELD_AT_MOST:
        _held.popleft().close()
    return True


@atexit.register
def _let_go() -> None:
    while _held:
        _held.pop().close()


def _bound(to: socket.socket, port: int) -> bool:
    try:
        to.bind(("127.0.0.1", port))
    except OSError:
        return False
    return True
