"""The AWS command line, read without running it: the one call that it would make.

The tool itself is never started. Its words become a service, an operation and parameters, each known to the table of
operations; a word that the table does not account for refuses the whole line, abbreviations among them.
"""

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from compiler.proof.aws import options as aws_options
from compiler.proof.aws.model import Operation, Takes, service

Value = str | tuple[str, ...] | bool
"""What one parameter was given: a word, several words, or a flag's yes or no."""

_MOST_WORDS = 1000
_NUMBER = re.compile(r"-\d+(?:\.\d+)?", re.ASCII)
_LOADED = re.compile(r"\s*(file|fileb|https?)://", re.IGNORECASE)
_LOADED_INSIDE = re.compile(r"@=\s*['\"]?(?:file|fileb|https?)://", re.IGNORECASE)
_PLAIN = r"(?:\./)?[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)*"
_PLAIN_FILE = re.compile(rf"(?:fileb?://)?{_PLAIN}", re.ASCII)
_ANSWER_FILE = re.compile(rf"/dev/(?:stdout|null)|(?:/tmp/)?{_PLAIN}", re.ASCII)
_ADDRESS = re.compile(r"(?:.*-)?(?:url|urls|uri|uris|endpoint)")


class Refused(Exception):
    """The command line holds something that may not run; the message is the reason."""


class Call(Struct, frozen=True, kw_only=True):
    """One call to AWS as the command line writes it.

    ``parameters`` are by their name on the command line, without dashes; ``paging`` holds `max-items` and its like;
    ``files`` are the plain relative files whose content the tool would send or write; ``waiter`` is the state that a
    `wait` command waits for, ``operation`` then being what it asks. Before ``query`` is applied, whoever runs the call
    leaves out the members in ``operation.left_out``, at any depth. ``since`` is how far back `logs tail` looks (`10m`).
    """

    service: str
    operation: Operation
    parameters: Mapping[str, Value] = field(default_factory=dict)
    paging: Mapping[str, str] = field(default_factory=dict)
    region: str | None = None
    query: str | None = None
    output: str | None = None
    files: tuple[str, ...] = ()
    waiter: str | None = None
    since: str | None = None


class Words(Struct):
    """The words of a command line, with the options that every command takes already set apart."""

    rest: list[str]
    options: dict[str, str] = field(default_factory=dict)


def split(argv: Sequence[str]) -> Words:
    """The words after `aws`, the options of all commands taken out wherever they stand."""
    if list(argv[:1]) != ["aws"]:
        raise Refused("the command is not aws")
    if len(argv) > _MOST_WORDS:
        raise Refused(f"it has more than {_MOST_WORDS} words")
    words, left = Words(rest=[]), list(argv[1:])
    while left:
        word = left.pop(0)
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--"):
            words.rest.append(word)
        elif name in aws_options.REFUSED:
            raise Refused(f"--{name}: {aws_options.REFUSED[name]}")
        elif name in aws_options.DROPPED_FLAGS:
            if equals:
                raise Refused(f"--{name} takes no value")
        elif name in aws_options.KEPT_VALUES | aws_options.DROPPED_VALUES:
            _keep(words, name, value if equals else next_value(left, word))
        else:
            words.rest.append(word)
    return words


def _keep(words: Words, name: str, value: str) -> None:
    if name in words.options:
        raise Refused(f"--{name} is written twice")
    if not aws_options.is_value(name, value) or _LOADED.match(value):
        raise Refused(f"{value[:40]!r} is no value of --{name}")
    words.options[name] = value


def next_value(left: list[str], option: str) -> str:
    """The word after an option that needs one."""
    if not left or not is_plain_value(left[0]):
        raise Refused(f"{option[:40]} needs a value, written --name=value where it begins with a dash")
    return left.pop(0)


def is_plain_value(word: str) -> bool:
    """Whether the tool reads the word as a value: anything but what looks like an option."""
    return not word.startswith("-") or bool(_NUMBER.fullmatch(word))


def parse(words: Words) -> Call:
    """The call of a command that the table of operations knows. Raises `Refused`."""
    if len(words.rest) < 2:
        raise Refused("a service and an operation are needed")
    name, verb, *left = words.rest
    known = service(name)
    if known is None:
        raise Refused(f"{name[:40]} is no service of AWS")
    waiter = None
    if verb == "wait" and known.waiters:
        waiter = left.pop(0) if left else ""
        if waiter not in known.waiters:
            raise Refused(f"{name} wait: {waiter[:40] or 'nothing'} is nothing to wait for")
        verb = known.waiters[waiter]
    operation = known.operations.get(verb)
    if operation is None:
        raise Refused(f"{verb[:40]} is no operation of {name}")
    return _call(name, operation, waiter, words, left)


def _call(name: str, operation: Operation, waiter: str | None, words: Words, left: list[str]) -> Call:
    parameters: dict[str, Value] = {}
    paging: dict[str, str] = {}
    files: list[str] = []
    takes_file = operation.writes_file and not waiter
    while left:
        word = left.pop(0)
        if takes_file and not word.startswith("-"):
            files.append(_answer_file(word))
            takes_file = False
            continue
        option, equals, value = _option(word)
        if equals:
            left.insert(0, value)
        if option in parameters or option in paging:
            raise Refused(f"--{option} is written twice")
        if option in aws_options.INPUT_VALUES and not waiter:
            parameters[option] = left.pop(0) if equals else next_value(left, word)
        elif option in operation.parameters or _negated(operation, option):
            parameters[option] = _taken(operation, option, left, equals=bool(equals))
        elif option in aws_options.PAGING_VALUES and operation.paged and not waiter:
            paging[option] = _paging(option, left.pop(0) if equals else next_value(left, word))
        else:
            raise Refused(f"--{option[:40]} is no option of {name} {operation.name}, written out")
    files += [text for option, value in parameters.items() for text in loaded(option, value)]
    return Call(
        service=name,
        operation=operation,
        parameters=parameters,
        paging=paging,
        region=words.options.get("region"),
        query=words.options.get("query"),
        output=words.options.get("output"),
        files=tuple(files),
        waiter=waiter,
    )


def _option(word: str) -> tuple[str, str, str]:
    if not word.startswith("--"):
        raise Refused(f"{word[:40]!r} belongs to no option")
    return word[2:].partition("=")


def _paging(option: str, value: str) -> str:
    if not aws_options.is_value(option, value):
        raise Refused(f"{value[:40]!r} is no value of --{option}")
    return value


def _negated(operation: Operation, option: str) -> bool:
    positive = operation.parameters.get(option.removeprefix("no-"))
    return option.startswith("no-") and positive in (Takes.NONE, Takes.ONE_OR_NONE)


def _taken(operation: Operation, option: str, left: list[str], *, equals: bool) -> Value:
    takes = operation.parameters.get(option, Takes.NONE)
    if takes is Takes.NONE:
        if equals:
            raise Refused(f"--{option} takes no value")
        return True
    if equals:
        return left.pop(0)
    if takes is Takes.ONE:
        return next_value(left, f"--{option}")
    taken: list[str] = []
    while left and is_plain_value(left[0]) and (takes is Takes.SEVERAL or not taken):
        taken.append(left.pop(0))
    if takes is Takes.ONE_OR_NONE:
        return taken[0] if taken else True
    if not taken:
        raise Refused(f"--{option} needs a value")
    return tuple(taken)


def loaded(option: str, value: Value) -> list[str]:
    """The plain files that the tool would read for this value. Raises `Refused` for a URL, and for any other file."""
    texts = [value] if isinstance(value, str) else [] if isinstance(value, bool) else list(value)
    files = []
    for text in texts:
        scheme = _LOADED.match(text)
        if _LOADED_INSIDE.search(text):
            raise Refused(f"--{option} loads a part of its value from elsewhere: write it in the command")
        if scheme and scheme[1].lower().startswith("http"):
            if not _ADDRESS.fullmatch(option):
                raise Refused(f"--{option} would be loaded from a URL: write it in the command")
        elif scheme:
            files.append(plain_file(text))
    return files


def _answer_file(text: str) -> str:
    """Where the tool would write an answer: a plain relative file, one in /tmp, or the terminal."""
    if not _ANSWER_FILE.fullmatch(text):
        raise Refused(f"{text[:60]!r} is a file of the machine that the answer would overwrite")
    return text


def plain_file(text: str) -> str:
    """The file as written, if it is a plain relative one."""
    if not _PLAIN_FILE.fullmatch(text):
        raise Refused(f"{text[:60]!r} is a file of the machine: only a plain relative file may be named")
    return text
