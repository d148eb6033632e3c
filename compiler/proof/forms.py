"""Tables of forms by tool or verb. A form is read with the first command that asks for it.

There are many hundreds of them: a runbook uses a few, and a start of the bot hardly any.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from types import MappingProxyType

from compiler.proof.usage import Option, Usage, usage, with_options

_NONE: Mapping[str, Option] = MappingProxyType({})


class Forms(Mapping[str, tuple[Usage, ...]]):
    """The forms of each name of one table."""

    def __init__(self, unread: Mapping[str, Sequence[Callable[[], Usage]]]) -> None:
        self._unread = unread
        self._forms: dict[str, tuple[Usage, ...]] = {}

    def __getitem__(self, name: str) -> tuple[Usage, ...]:
        if name not in self._forms:
            self._forms[name] = tuple(read() for read in self._unread[name])
        return self._forms[name]

    def __or__(self, other: "Forms") -> "Forms":
        return Forms({**self._unread, **other._unread})

    def __contains__(self, name: object) -> bool:
        return name in self._unread

    def __iter__(self) -> Iterator[str]:
        return iter(self._unread)

    def __len__(self) -> int:
        return len(self._unread)


def table(text: str, *, whole_words: bool = False, everywhere: Mapping[str, Option] = _NONE) -> Forms:
    """The forms of several tools or verbs, `name, name: form # what it shows` a line; a name may have several lines.

    A line that begins with a space goes on from the one above; `stream/str info/i` are four names. Every form takes the
    options `everywhere` too.
    """
    unread: dict[str, list[Callable[[], Usage]]] = {}
    for line in filter(str.strip, text.replace("\n ", " ").splitlines()):
        # A name may hold a colon itself: heroku's `pg:info`.
        names_, _, rest = f" {line}".partition(": ")
        for name in names(names_) or [""]:
            unread.setdefault(name, []).append(partial(_form, rest, whole_words, everywhere))
    return Forms(unread)


def _form(line: str, whole_words: bool, everywhere: Mapping[str, Option]) -> Usage:
    form, _, says = line.partition(" # ")
    return with_options(usage(form, " ".join(says.split()), whole_words=whole_words), everywhere)


def names(line: str) -> list[str]:
    """The names between the commas of a line, each spelling of each."""
    spelled = (name.split() for name in line.split(",") if name.strip())
    return [" ".join(words) for name in spelled for words in product(*(word.split("/") for word in name))]
