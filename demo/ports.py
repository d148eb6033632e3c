"""A port for a server that is started next, and that may be stopped and started again where it was."""

import secrets
import socket
from typing import Final

_LOWEST, _HIGHEST = 12_000, 32_000
_TRIES: Final = 1000


def free_port() -> int:
    """A port on loopback that nobody holds now.

    It is below those that the system hands out by itself, to connections and to whoever asks for any port: one of
    those may be given away again before the server that it is meant for listens, or while that server is stopped.
    """
    for _ in range(_TRIES):
        # Not from a generator with a seed, which two processes may share.
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with socket.socket() as probe:
            # As servers do: a port whose last connections are still being forgotten is free to them.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError(f"No port between {_LOWEST} and {_HIGHEST} is free on loopback.")
