"""Whether Muster's own executor can do what a judge lets pass. What it cannot do is done by a person, with the reason.

Judge and executor are two questions: a judge knows a tool's whole surface, an executor what it does without the tool.
"""

import shlex
from collections.abc import Callable, Mapping, Sequence

from compiler.proof.named import named
from incident.verdict import Judgement, Verdict

_ASKED: Mapping[str, Callable[[Sequence[str]], str]] = {
    "aws": named("aws.runnable:runnable"),
    "docker": named("docker.runnable:runnable"),
    "github": named("git.runnable:runnable"),
    "host": named("host.runnable:runnable"),
    "kubernetes": named("kubernetes.runnable:runnable"),
    "nats": named("nats.runnable:runnable"),
}


def objection(executor: str, argv: Sequence[str]) -> str:
    """Why the executor cannot run the command, as a sentence; empty when it can."""
    asked = _ASKED.get(executor)
    return asked(argv) if asked is not None else ""


def final(argv: Sequence[str], judgement: Judgement) -> list[str]:
    """The words that run: of a read its bounded form, where it has one."""
    bounded = judgement.rewrite if judgement.verdict is Verdict.READ_ONLY else None
    return shlex.split(bounded) if bounded else list(argv)
