"""The verdict for the tools of single trades: clusters, stores, clouds. Read with the first command that names one."""

from collections.abc import Mapping, Sequence
from typing import Final

from compiler.proof import client
from compiler.proof.client import Client
from compiler.proof.tools import azure, clouds, clusters, stores
from incident.verdict import Judgement

CLIENTS: Final[Mapping[str, Client]] = {
    name: table
    for tables in (clusters.CLIENTS, stores.CLIENTS, clouds.CLIENTS, azure.CLIENTS)
    for names, table in tables.items()
    for name in names.split(", ")
}


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a command line, `argv[0]` being one of CLIENTS. Never raises."""
    return client.judge(CLIENTS[argv[0]], argv)
