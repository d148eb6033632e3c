"""What is typed wrong at the terminal is told in words, before anything is started."""

import socket

import pytest
from typer.testing import CliRunner

from bot.terminal.command_line import app


@pytest.mark.parametrize("command", ["demo", "sandbox"])
def test_a_port_that_is_none_or_taken_is_wrong_usage(command: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for port in ("99999", str(taken.getsockname()[1])):
            told = CliRunner().invoke(app, [command, "--port", port])
            assert told.exit_code == 2
            assert "Invalid value for '--port'" in told.stderr
