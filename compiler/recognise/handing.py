"""Values that a runbook's words hand on: *note the snapshot id*, *use the run id from step 2*."""

import re
from typing import Final

from compiler.proof.secret_names import words_of
from compiler.proof.word_list import word_list
from compiler.recognise.spans import small

_THING: Final = r"(?P<what>[A-Za-z][A-Za-z0-9_-]*(?: [A-Za-z0-9][A-Za-z0-9_-]*){0,3}?)"
_END: Final = (
    r"(?=[.,;:()`]|$| (?:from|in|of|for|that|which|shown|and|so|before|because|it|you|to|as|with|on|above|below|first"
    r"|down|here|there)\b)"
)
_NOTED: Final = re.compile(
    r"\b(?:note|record|copy|remember|keep|save|write down|note down|jot down|(?:take|make)(?: a)? note of|pick)"
    rf"(?: the| its| their| this| that| your| [a-z]+(?:'|’)s)+ {_THING}"
    rf"(?: of (?:the |a |this )?(?P<owner>[A-Za-z][\w-]*(?: [\w-]+)??))?{_END}",
    re.IGNORECASE,
)
_KEPT_AS: Final = re.compile(
    r"\b(?:save|keep|store|note|record)\b[^.;]{0,60}? as [`<{$]{1,3}(?P<what>[A-Za-z][\w-]*)", re.IGNORECASE
)
_TAKEN: Final = re.compile(
    rf"\b(?:the|its|that) {_THING} (?:from|of|found in|noted in|shown in|returned by) step (?P<step>[0-9]{{1,2}})\b",
    re.IGNORECASE,
)
_SIGNS: Final = ("note", "record", "copy", "remember", "keep", "save", "store", "jot", "pick", "write down")
"""One of these is where a value is noted, in small letters: most texts have none."""
IDENTITIES: Final = frozenset({"id", "identifier", "name", "arn", "number", "uuid", "key", "tag"})
"""Words that say which one of a kind is meant."""
_NO_VALUES: Final = word_list(
    "time date log logs logfile output outputs change changes file files result results data screenshot screenshots"
    " error errors message messages finding findings evidence state details"
)
"""What is kept for the record, and is no value that a command takes."""


def noted(text: str) -> tuple[str, ...]:
    """The names of the values that the words tell somebody to keep, as a parameter would be called."""
    words = small(text)
    if not any(map(words.__contains__, _SIGNS)):
        return ()
    told = [_name(f"{match['owner'] or ''} {match['what']}") for match in _NOTED.finditer(text)]
    told += [_name(match["what"]) for match in _KEPT_AS.finditer(text)]
    return tuple(dict.fromkeys(name for name in told if name and name.split("_")[-1] not in _NO_VALUES))


def taken(text: str) -> tuple[tuple[str, int], ...]:
    """The values that the words take from a numbered step: their names, and the step's number."""
    if " step " not in small(text):
        return ()
    return tuple(dict.fromkeys((_name(match["what"]), int(match["step"])) for match in _TAKEN.finditer(text)))


def means(noted_name: str, parameter: str, told: str) -> bool:
    """Whether a parameter is the value that was noted; ``told`` is what is said and run where it was noted.

    *Its identifier* is that of what is told of there: the parameter `snapshot_id` below `describe-db-snapshots`.
    """
    if noted_name in IDENTITIES:
        *kind, last = _core(parameter)
        return bool(kind) and last == _core(noted_name)[-1] and kind[-1] in told.lower()
    return same_value(noted_name, parameter) or _ends_with(noted_name, parameter) or _ends_with(parameter, noted_name)


def same_value(one: str, other: str) -> bool:
    """Whether two names of parameters plainly mean one value: `pod` and `pod_name`, `your_user_id` and `user_id`.

    `user_id` and `user_name` are two.
    """
    shorter, longer = sorted((_core(one), _core(other)), key=len)
    named = longer[:-1] == shorter and longer[-1] in IDENTITIES - {"key", "tag"}
    return shorter == longer or (bool(shorter) and named)


def thing_of(name: str) -> str:
    """What a parameter is of: `pod` for `pod`, `pod_name` and `your_pod_id`. Only such can mean one value."""
    words = _core(name)
    return " ".join(words[:-1] if len(words) > 1 and words[-1] in IDENTITIES else words)


def _ends_with(longer: str, shorter: str) -> bool:
    return longer.endswith(f"_{shorter}") and shorter not in IDENTITIES


def _core(name: str) -> list[str]:
    words = [word for word in name.split("_") if word not in ("your", "my", "the", "here")]
    return [*words[:-1], "id"] if words[-1:] == ["identifier"] else words


def _name(text: str) -> str:
    return "_".join(words_of(text))
