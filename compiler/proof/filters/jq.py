"""The part of jq that runs in process: paths, `.[]`, conditions, `length`, `keys`, and what is made of them.

Lists with commas, objects, arrays, `map` and texts with values in them are made of these, joined by `|`. jq itself is a
language with the environment in reach, and is never run. A filter of this part is read into steps, which `jq_steps`
takes over a JSON value that is already in memory.
"""

from collections.abc import Sequence

from compiler.proof.filters import jq_grammar
from compiler.proof.filters.jq_steps import Filter, names
from compiler.proof.secret_names import names_a_secret
from incident.verdict import Judgement, Verdict

MAX_CHARACTERS = 500
_FLAGS = frozenset("rcMCSjae")
_LONG_FLAGS = frozenset(
    {"--raw-output", "--compact-output", "--monochrome-output", "--color-output", "--sort-keys", "--exit-status"}
)


def parse(text: str) -> Filter | Judgement:
    """The filter in `text`, or the refusal of everything that is not in this part of jq. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return _refused(f"longer than {MAX_CHARACTERS} characters")
    try:
        found = jq_grammar.parsed(text)
    except (jq_grammar.Foreign, RecursionError) as fault:
        return _refused(f"{str(fault)[:60]!r} is not a path, a condition, or made of them")
    if secret := next((name for name in names(found) if names_a_secret(name)), None):
        return _refused(f"{secret!r} is named as a secret, and the result would be shown")
    return found


def from_argv(argv: Sequence[str]) -> Filter | Judgement:
    """The filter of a jq command line that reads its input from a pipe, `argv[0]` being `jq`; or the refusal."""
    words = list(argv[1:])
    flags = [word for word in words if word.startswith("-")]
    filters = [word for word in words if not word.startswith("-")]
    unknown = [flag for flag in flags if flag not in _LONG_FLAGS and not _is_cluster(flag)]
    if list(argv[:1]) != ["jq"] or unknown:
        return _refused(f"{unknown[0] if unknown else ''} is not one of jq's output options")
    if len(filters) > 1:
        return _refused("it reads a file: only what comes through the pipe is read")
    return parse(filters[0] if filters else ".")


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"jq: {reason}")


def _is_cluster(flag: str) -> bool:
    return len(flag) > 1 and set(flag[1:]) <= _FLAGS
