"""The machine of a patient: entered with its key only, with the patient's files where the runbook names them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import asyncssh
import pytest

from demo.machine import KEY_VARIABLE, USER, Machine


@pytest.fixture
async def machine() -> AsyncIterator[Machine]:
    machine = Machine(["/tmp/logs"])
    async with AsyncExitStack() as undo:
        await machine.start(undo)
        machine.write("/tmp/logs/server_1.log", "ERROR one\n")
        machine.write("/tmp/logs/server_0.log", "ERROR old\n", days_old=40)
        yield machine


async def answered(machine: Machine, command: str, key: str) -> str:
    options = {"port": machine.port, "username": USER, "known_hosts": None, "agent_path": None, "config": None}
    async with asyncssh.connect("127.0.0.1", client_keys=[asyncssh.import_private_key(key)], **options) as line:
        return str((await line.run(command)).stdout)


async def test_a_patients_files_lie_where_the_runbook_says(machine: Machine) -> None:
    key = machine.environment[KEY_VARIABLE]
    assert await answered(machine, "cat /tmp/logs/server_1.log", key) == "ERROR one\n"
    assert await answered(machine, "realpath /tmp/logs/server_1.log", key) == "/tmp/logs/server_1.log\n"
    assert await answered(machine, "find /tmp/logs -name '*.log' -mtime +30", key) == "/tmp/logs/server_0.log\n"


async def test_nobody_gets_in_with_another_key(machine: Machine) -> None:
    stranger = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    with pytest.raises(asyncssh.PermissionDenied):
        await answered(machine, "id", stranger)


async def test_its_programs_are_not_roots(machine: Machine) -> None:
    assert await answered(machine, "id -u", machine.environment[KEY_VARIABLE]) != "0\n"
