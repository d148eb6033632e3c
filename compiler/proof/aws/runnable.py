"""Which AWS command lines Muster runs itself: those that are one call, with everything it needs in the command."""

from collections.abc import Sequence

from compiler.proof import aws
from compiler.proof.aws.additions import ADDED, OPPOSITES
from compiler.proof.aws.call import Call
from compiler.proof.aws.options import INPUT_VALUES
from incident.verdict import Judgement


def runnable(argv: Sequence[str]) -> str:
    """Why Muster cannot run the command itself, as a sentence; empty when it can. Never raises."""
    call = aws.parse_call(argv)
    if isinstance(call, Judgement):
        return f"Muster's AWS executor does not run it: {call.reason.removeprefix('aws: ')}."
    name = f"{call.service} {call.operation.name}"
    if call.files or call.operation.writes_file:
        return f"“aws {name}” sends or writes a file, whose content nobody pinned."
    if named := sorted(set(INPUT_VALUES) & set(call.parameters)):
        return f"“aws {name} --{named[0]}” takes its parameters from a document: write them in the command."
    if own := sorted(_of_the_tool(call) & set(call.parameters)):
        return f"“aws {name} --{own[0]}” is made into something else by the tool, which Muster does not run."
    return ""


def _of_the_tool(call: Call) -> set[str]:
    added = {word.rstrip("*?~") for word in ADDED.get(f"{call.service} {call.operation.name}", "").split()}
    opposites = {
        f"{sign}{opposite}"
        for name, opposite in OPPOSITES.items()
        for sign in ("", "no-")
        if name.split()[:2] in ([call.service, call.operation.name], [call.service, "*"])
    }
    return added | opposites
