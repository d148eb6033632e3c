"""The verdict for a line of the NATS command line client: streams, consumers, servers, keys and objects by name.

What a stream or a bucket holds is never shown, only what is known about it. A request is a publish, and taking the
next message of a consumer takes it from the others.
"""

from collections.abc import Sequence

from compiler.proof import client, usage
from compiler.proof.nats.table import NATS
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

TOOLS = word_list("nats nats-server nsc nk")
_STREAM = word_list("stream str st s ms")
_STATE = word_list("info nfo i state")
_SUBSCRIBES = word_list("sub subscribe")
_VERSION = (usage.usage("-v --version |", "shows the version of the server"),)


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a command line, `argv[0]` being one of `TOOLS`. Never raises."""
    tool = argv[0] if argv else ""
    if tool == "nats" and _takes_in_turn(argv):
        return Judgement(Verdict.MUTATING, "nats sub with a queue takes messages from the queue's other members")
    if tool == "nats":
        return _listed_instead(client.judge(NATS, argv), argv)
    if tool == "nats-server":
        return _server(argv)
    return Judgement(Verdict.REFUSED, f"{tool or 'nats'}: it handles the keys and credentials of accounts")


def _takes_in_turn(argv: Sequence[str]) -> bool:
    """Whether it subscribes as a member of a queue, and neither runs a program nor writes a file with what it takes."""
    names = {word.partition("=")[0] for word in argv}
    return bool(names & _SUBSCRIBES) and "--queue" in names and names.isdisjoint(NATS.refused_options)


def _server(argv: Sequence[str]) -> Judgement:
    if any(word.partition("=")[0] in ("--signal", "-sl") for word in argv[1:]):
        return Judgement(Verdict.MUTATING, "sends a signal to the server: reload, stop, or lame duck")
    return usage.judge(_VERSION, argv) if argv[1:] else Judgement(Verdict.REFUSED, "nats-server: it starts a server")


def _listed_instead(judgement: Judgement, argv: Sequence[str]) -> Judgement:
    """Without a stream's name the client asks a person to pick one: the streams are listed instead."""
    words = [word for word in argv[1:] if not word.startswith("-")]
    unnamed = len(words) == 2 and words[0] in _STREAM and words[1] in _STATE
    if judgement.verdict is not Verdict.READ_ONLY or not unnamed:
        return judgement
    return Judgement(Verdict.READ_ONLY, "lists the streams, since none is named", "nats stream report")
