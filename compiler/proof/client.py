"""A client with verbs (systemctl, nats, git, gh …) as one table: what looks, what changes, and what is not to be run.

A verb that no list holds is refused: it may be a plug-in or an alias. A verb in both lists looks when its words fit the
form that looks, and changes something otherwise. Options never make it looser.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from compiler.proof import forms, usage
from compiler.proof.usage import Misuse, Option, Usage
from incident.verdict import Judgement, Verdict


class Client(Struct, frozen=True, kw_only=True):
    """The verbs of one client; a verb is one to five words. `options` are taken everywhere, also before the verb.

    With `rest_changes` the client has neither plug-ins nor aliases: what is in no table changes something. With
    `anywhere` the options of every verb may stand before it, and those named there too.
    """

    options: Mapping[str, Option]
    reads: Mapping[str, tuple[Usage, ...]]
    changes: frozenset[str]
    refused: Mapping[str, str] = field(default_factory=dict)
    refused_options: Mapping[str, str] = field(default_factory=dict)
    rest_changes: bool = False
    anywhere: Mapping[str, Option] | None = None


def client(
    *,
    options: str = "",
    reads: str,
    changes: str = "",
    refused: Mapping[str, str] | None = None,
    refused_options: Mapping[str, str] | None = None,
    rest_changes: bool = False,
    anywhere: str | None = None,
) -> Client:
    """A client from its tables: the forms that look, the verbs that change something with commas between them.

    Reasons are keyed by several verbs or options with commas between them. The verb `` is the client without a verb.
    """
    everywhere = usage.usage(options, "").options
    return Client(
        options=everywhere,
        reads=forms.table(reads, everywhere=everywhere),
        changes=frozenset(verb for line in changes.splitlines() for verb in forms.names(line)),
        refused=_by_word(refused or {}),
        refused_options=_by_word(refused_options or {}),
        rest_changes=rest_changes,
        anywhere=None if anywhere is None else usage.usage(anywhere, "").options,
    )


def judge(table: Client, argv: Sequence[str]) -> Judgement:
    """The verdict for the client's command line. Never raises."""
    for word in argv[1:]:
        if reason := table.refused_options.get(word) or table.refused_options.get(word.partition("=")[0]):
            return _refused(argv[0], f"{word.partition('=')[0]}: {reason}")
    argv = _verb_first(table, argv)
    try:
        start = _verb_place(table, argv)
    except Misuse as fault:
        return _otherwise(table, argv[0], str(fault))
    verb, words = _verb(table, argv[start:])
    if verb is not None and verb in table.refused:
        return _refused(argv[0], f"{verb}: {table.refused[verb]}".removeprefix(": "))
    return _judge_verb(table, argv, start, verb, words)


def _judge_verb(table: Client, argv: Sequence[str], start: int, verb: str | None, words: Sequence[str]) -> Judgement:
    if verb is None:
        shown = " ".join(argv[start : start + 2])[:60] or "no verb"
        return _otherwise(
            table, argv[0], f"{shown!r} is none of its known verbs: it may be a plug-in, an alias or a mistake"
        )
    reasons: list[str] = []
    for form in table.reads.get(verb, ()):
        try:
            reading = usage.read(form, words)
        except Misuse as fault:
            reasons.append(str(fault))
        else:
            return usage.verdict(form, [*argv[:start], *verb.split()], reading)
    if verb in table.changes:
        return Judgement(Verdict.MUTATING, f"{argv[0]} {verb} changes something there".replace("  ", " "))
    return _otherwise(table, argv[0], f"{verb}: {reasons[0]}".removeprefix(": "))


def _otherwise(table: Client, tool: str, reason: str) -> Judgement:
    """The verdict for what no table holds."""
    if table.rest_changes and tool:
        return Judgement(Verdict.MUTATING, f"{tool} in another form than those that look: it may change something")
    return _refused(tool, reason)


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")


def _verb_first(table: Client, argv: Sequence[str]) -> Sequence[str]:
    """The same line with the options that stand before the verb behind it, where the client takes them anywhere."""
    if table.anywhere is None or not argv[1:2] or not argv[1].startswith("-"):
        return argv
    known = {name: each for read in table.reads.values() for form in read for name, each in form.options.items()}
    known = {**known, **table.anywhere, **table.options}
    place = 1
    while place < len(argv) and argv[place].startswith("-"):
        option = known.get(argv[place].partition("=")[0])
        if option is None:
            return argv
        place += 2 if option.kind and not option.attached and "=" not in argv[place] else 1
    return [argv[0], argv[place], *argv[1:place], *argv[place + 1 :]] if place < len(argv) else argv


def _verb_place(table: Client, argv: Sequence[str]) -> int:
    """Where the verb begins: after the options that may stand before it. Raises Misuse on any other option."""
    place = 1
    while place < len(argv) and argv[place].startswith("-"):
        name, equals, _ = argv[place].partition("=")
        if argv[place] in table.reads or argv[place] in table.changes:
            return place
        option = table.options.get(argv[place]) or (table.options.get(name) if equals else None)
        if option is None:
            if "" in table.reads:
                return place
            raise Misuse(f"{name[:40]} before the verb is not among its options that only look")
        apart = option.kind and not option.attached and not equals
        usage.read(Usage(says="", options=table.options), argv[place : place + (2 if apart else 1)])
        place += 2 if apart else 1
    return place


def _verb(table: Client, words: Sequence[str]) -> tuple[str | None, Sequence[str]]:
    for length in (5, 4, 3, 2, 1):
        verb = " ".join(words[:length])
        if len(words) >= length and (verb in table.reads or verb in table.changes or verb in table.refused):
            return verb, words[length:]
    bare = "" in table.reads and (not words or words[0].startswith("-"))
    return ("", words) if bare else (None, words)


def _by_word(reasons: Mapping[str, str]) -> dict[str, str]:
    return {word: reason for words, reason in reasons.items() for word in forms.names(words)}
