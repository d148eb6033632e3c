"""A port for a server that binds it later: nobody else's now, and nobody's who asks the system for any."""

import socket

import pytest

from demo import ports
from demo.ports import free_port


def test_a_port_where_somebody_listens_is_given_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        held = holder.getsockname()[1]
        monkeypatch.setattr(ports, "_LOWEST", held)
        monkeypatch.setattr(ports, "_HIGHEST", held + 1)
        with pytest.raises(OSError, match="No port between"):
            free_port()


def test_it_is_none_of_those_that_a_machine_gives_to_whoever_asks_for_any() -> None:
    """Else a server of another test, or a call that goes out, has it by the time it is bound."""
    assert all(free_port() < 32_768 for _ in range(20)), "Linux begins there, macOS later"


def test_a_port_is_given_once_although_nobody_listens_there_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its server may be stopped just now; while this process lives, no other is given it either."""
    given = free_port()
    monkeypatch.setattr(ports, "_LOWEST", given)
    monkeypatch.setattr(ports, "_HIGHEST", given + 1)
    with pytest.raises(OSError, match="No port between"):
        free_port()
    with socket.create_server(("127.0.0.1", given)) as server:
        assert server.getsockname()[1] == given
