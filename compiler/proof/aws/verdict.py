"""AWS commands: what one would do, judged by the operation that it calls and not by how its verb sounds.

A `Get` may mint a credential, a `Receive` hides messages, a `Start` may only look: so reads are a list
(`read_list`), secrets and tunnels are refused (`refusals`), and every other operation that exists changes
something. Dry-run flags change nothing about that.
"""

import re
import shlex
from collections.abc import Sequence

from compiler.proof.aws import tools as aws_tools
from compiler.proof.aws.call import Call, Refused, Value, parse, split
from compiler.proof.aws.options import INPUT_VALUES
from compiler.proof.aws.read_list import only_looks
from compiler.proof.aws.refusals import objection
from compiler.proof.aws.tools import Change
from compiler.proof.carrier import Carried
from compiler.proof.references import is_reference
from compiler.proof.secret_names import names_a_secret
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_REVEALING = {
    ("apigateway", "get-api-key"): ("include-value",),
    ("apigateway", "get-api-keys"): ("include-values",),
    ("logs", "filter-log-events"): ("unmask",),
    ("logs", "get-log-events"): ("unmask",),
    ("logs", "get-log-record"): ("unmask",),
    ("ssm", "list-command-invocations"): ("details",),
}
"""Flags that turn a read into one that shows secrets."""

_UNMASKING = re.compile(r"\bunmask\b", re.IGNORECASE)
"""What makes a query for log events one that shows what was hidden in them."""

_ONE_PAGE = {
    ("cloudtrail", "lookup-events"): ("--max-items", "50"),
    ("logs", "filter-log-events"): ("--max-items", "100"),
    ("logs", "get-log-events"): ("--limit", "100"),
    ("s3api", "list-object-versions"): ("--max-items", "1000"),
    ("s3api", "list-objects"): ("--max-items", "1000"),
    ("s3api", "list-objects-v2"): ("--max-items", "1000"),
}
"""Reads that go on for as long as there is more, and what bounds them."""

_INSTANCE_ATTRIBUTES = word_list(
    """
    blockDeviceMapping disableApiStop disableApiTermination ebsOptimized enaSupport enclaveOptions groupSet
    instanceInitiatedShutdownBehavior instanceType kernel productCodes ramdisk rootDeviceName sourceDestCheck
    sriovNetSupport
    """
)
"""What `describe-instance-attribute` may show: all but the user data."""

_SHELLS = word_list("sh bash zsh ash dash ksh fish /bin/sh /bin/bash /bin/zsh /bin/ash /bin/dash /usr/bin/bash")
_SHELL_FLAGS = word_list("-i -l -il -li --login")
_IDENTIFIER = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_LITERAL = re.compile(r"""("[^"]*")|'[^']*'|`[^`]*`""")
"""A quoted name, which is kept, or a text that something is compared with."""
_WHOLE_ENVIRONMENT = re.compile(r'\b(?:env|environment)\b"?(?!"?\s*\.\s*"?[a-z_])', re.ASCII | re.IGNORECASE)
"""A program's environment by the name of the whole, and not one fact of it such as `environment.image`."""


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for an AWS command line, `argv[0]` being `aws`. Never raises."""
    if list(argv) == ["aws", "--version"]:
        return Judgement(Verdict.READ_ONLY, "prints the version of the command line tool")
    try:
        found = _read(argv)
        return _judge_change(found) if isinstance(found, Change) else _judge_call(found, argv)
    except Refused as fault:
        return Judgement(Verdict.REFUSED, f"aws: {fault}")


def parse_call(argv: Sequence[str]) -> Call | Judgement:
    """The call that an executor would make, once `judge` let it; or the refusal, also where it is no single call.

    Never raises.
    """
    try:
        found = _read(argv)
    except Refused as fault:
        return Judgement(Verdict.REFUSED, f"aws: {fault}")
    if isinstance(found, Change):
        return Judgement(Verdict.REFUSED, f"aws: it {found.reason}, which is more than one call")
    return found


def goes_without(argv: Sequence[str]) -> bool:
    """Whether the call's answer goes without members that hold secrets. Never raises."""
    call = parse_call(argv)
    return not isinstance(call, Judgement) and bool(call.operation.left_out)


def unwrap(argv: Sequence[str]) -> Carried | Judgement | None:
    """The command that `aws ecs execute-command` carries into a container, or its refusal; None for any other."""
    try:
        words = split(argv)
        if words.rest[:2] != ["ecs", "execute-command"]:
            return None
        return _carried(parse(words))
    except Refused as fault:
        return Judgement(Verdict.REFUSED, f"aws: {fault}") if "execute-command" in argv else None


def _carried(call: Call) -> Carried | Judgement:
    texts = {name: value for name, value in call.parameters.items() if isinstance(value, str)}
    if set(INPUT_VALUES) & set(texts) or call.files:
        raise Refused("the command inside is read from elsewhere: write it in --command")
    inner = _inner_words(texts.get("command", ""))
    if inner[0] in _SHELLS and set(inner[1:]) <= _SHELL_FLAGS:
        return Judgement(Verdict.REFUSED, "interactive: it opens a shell in the container")
    names = {name: texts[name] for name in ("cluster", "task", "container") if name in texts}
    return Carried(via="ecs", argv=inner, names=names | ({"region": call.region} if call.region else {}))


def _inner_words(text: str) -> tuple[str, ...]:
    """The words of the command inside; what only a shell would understand is refused, since none may be there."""
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.whitespace_split, lexer.commenters = True, ""
    try:
        inner, with_marks = tuple(shlex.split(text)), tuple(lexer)
    except ValueError as fault:
        raise Refused("the command inside has an unclosed quote") from fault
    marked = inner != with_marks or any(set(word) <= set("();<>|&") for word in inner if word)
    if marked or "`" in text or "$(" in text or "\n" in text:
        raise Refused("the command inside is several commands, or a shell's: write one plain command")
    if not inner:
        raise Refused("--command is needed")
    return inner


def _read(argv: Sequence[str]) -> Call | Change:
    words = split(argv)
    if "help" in words.rest[:3]:
        raise Refused("help is for a person at a terminal")
    service, operation = [*words.rest, "", ""][:2]
    if not only_looks(service, operation) and (reason := objection(service, operation)):
        raise Refused(f"{f'{service} {operation}'[:80].strip()}: {reason}")
    return aws_tools.read(words) or parse(words)


def _judge_change(change: Change) -> Judgement:
    return Judgement(Verdict.MUTATING, change.reason + _with_files(change.files))


def _judge_call(call: Call, argv: Sequence[str]) -> Judgement:
    name = f"{call.service} {call.operation.name}"
    if call.waiter:
        _check_read(call)
        reason = f"waits for {call.service} {call.waiter}, no longer than the step may take"
        return Judgement(Verdict.READ_ONLY, reason, shlex.join(argv))
    if not only_looks(call.service, call.operation.name):
        return Judgement(Verdict.MUTATING, f"{name} changes something{_with_files(call.files)}{_with_secrets(call)}")
    _check_read(call)
    if call.since:
        return Judgement(Verdict.READ_ONLY, f"reads the log events since {call.since}", _without_follow(argv))
    left_out = ", ".join(call.operation.left_out)
    reason = f"{name} only looks" + (f"; left out of its answer: {left_out}" if left_out else "")
    return Judgement(Verdict.READ_ONLY, reason, _one_page(call, argv))


def _check_read(call: Call) -> None:
    name = f"{call.service} {call.operation.name}"
    if call.files or set(INPUT_VALUES) & set(call.parameters):
        raise Refused(f"{name}: a read takes nothing from a file or a document: write its parameters in the command")
    for flag in _REVEALING.get((call.service, call.operation.name), ()):
        if flag in call.parameters:
            raise Refused(f"{name}: --{flag} shows secrets")
    if name == "logs start-query" and _UNMASKING.search(str(call.parameters.get("query-string", ""))):
        raise Refused(f"{name}: unmask shows what a data protection policy hides")
    if call.operation.name == "describe-instance-attribute" and _shows_user_data(call.parameters.get("attribute")):
        raise Refused(f"{name}: user data holds secrets; another attribute must be named")
    if call.operation.left_out and call.query:
        _check_query(name, call.query, call.operation.left_out)


def _check_query(name: str, query: str, left_out: Sequence[str]) -> None:
    """A read that goes without its secrets is refused where they are what it is asked for."""
    query = _LITERAL.sub(r"\1", query)
    shown = set(_IDENTIFIER.findall(query)) & set(left_out)
    if shown:
        raise Refused(f"{name}: --query asks for {', '.join(sorted(shown))}, which is left out of the answer")
    environment = any(each == "Variables" or "environment" in each.lower() for each in left_out)
    if environment and _WHOLE_ENVIRONMENT.search(query):
        raise Refused(f"{name}: --query asks for the environment, whose values are left out of the answer")
    if "\\" in query:
        raise Refused(f"{name}: a backslash in --query hides a name: write that name plainly")


def _shows_user_data(attribute: Value | None) -> bool:
    """Whether the attribute may be the user data: anything but a word that plainly names another one."""
    return not isinstance(attribute, str) or attribute not in _INSTANCE_ATTRIBUTES


def _with_files(files: Sequence[str]) -> str:
    return f", with the content of {', '.join(files)} pinned" if files else ""


def _with_secrets(call: Call) -> str:
    written = [name for name, value in call.parameters.items() if _is_written_secret(name, value)]
    return f"; --{written[0]} is written out: name a secret instead" if written else ""


def _is_written_secret(name: str, value: Value) -> bool:
    names = names_a_secret(name.replace("-", "_")) and not name.endswith(("-id", "-arn"))
    return isinstance(value, str) and names and not is_reference(value)


def _one_page(call: Call, argv: Sequence[str]) -> str | None:
    bound = _ONE_PAGE.get((call.service, call.operation.name))
    bounded = {"max-items", "limit", "max-results", "max-keys"} & {*call.paging, *call.parameters}
    return shlex.join([*argv, *bound]) if bound and not bounded else None


def _without_follow(argv: Sequence[str]) -> str | None:
    return shlex.join(word for word in argv if word != "--follow") if "--follow" in argv else None
