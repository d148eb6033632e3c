"""What is looked up by name is there: nothing of it is imported before a command needs it, so no import would tell."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import compiler.proof
from compiler.proof.filters import verdict as filters
from compiler.proof.forms import Forms
from compiler.proof.git import runnable as git_runnable
from compiler.proof.git import table as git_table
from compiler.proof.host import clients, reads
from compiler.proof.named import found
from compiler.proof.nats import runnable as nats_runnable
from compiler.proof.nats import table as nats_table
from compiler.proof.tools import table as tools_table

_FOLDER = Path(compiler.proof.__file__).parent
_PLACES = {
    place for path in _FOLDER.rglob("*.py") for place in re.findall(r'named\("([^"]+)"\)', path.read_text("utf-8"))
}
_CLIENTS = (
    *clients.CLIENTS.values(),
    *tools_table.CLIENTS.values(),
    git_table.GIT,
    git_table.GH,
    nats_table.NATS,
)
_TABLES: Mapping[str, Forms] = {
    "host": reads.READS,
    "whole words": reads.WHOLE_WORDS,
    "journalctl": clients.JOURNALCTL,
    "tools": tools_table.FORMS,
    "filters": filters._FORMS,
    "github": git_runnable._FORMS,
    "nats": nats_runnable._FORMS,
}


@pytest.mark.parametrize("place", sorted(_PLACES))
def test_every_named_function_is_there(place: str) -> None:
    assert callable(found(place))


@pytest.mark.parametrize("name", _TABLES)
def test_every_form_of_a_table_can_be_read(name: str) -> None:
    assert all(forms for forms in _TABLES[name].values())


def test_every_form_of_a_client_can_be_read() -> None:
    for client in _CLIENTS:
        assert all(forms for forms in dict(client.reads).values())


def test_only_the_judges_of_the_tools_that_commands_name_are_imported() -> None:
    asked = "from compiler.prove import prove_row; import sys; prove_row('shell', 'docker ps'); print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    imported = set(ran.stdout.split())
    assert "compiler.proof.docker.verdict" in imported
    assert not {"compiler.proof.aws.verdict", "compiler.proof.nats.verdict"} & imported
