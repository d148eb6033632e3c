"""ps, which takes options in two dialects: with a dash, and without one, where `e` prints the environment."""

import re
from collections.abc import Sequence

from compiler.proof.values import objection_to_value
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_WITHOUT_DASH = frozenset("auxwfljvrHThnS")
_WITH_DASH = frozenset("efFlLAajHywdNcmTP")
_THREADS = frozenset("LTm")
_LAYOUTS = frozenset("fFljcyP")
_BOTH = word_list("-aux -auxf -auxw -auxww -axu -ax")
_LONG = word_list("--forest --no-headers --no-heading --headers --deselect")
_VALUED = word_list("-p -u -U -C -g -G -t -q -fp -fu -fC -lp --pid --ppid --user --User --group --tty")
_FORMATS = word_list("-o -O o --format -eo -ao -Ao -eLo -efo axo ax-o")
_COLUMNS = word_list(
    """
    pid ppid pgid pgrp sid sess session user uid ruser euser ruid euid group gid comm ucmd ucomm cmd args command
    pcpu %cpu c cp pmem %mem rss rssize rsz vsz vsize size sz time cputime etime etimes times start lstart start_time
    stime bsdstart bsdtime stat state s ni nice pri priority rtprio tty tt tname wchan nlwp thcount psr cls class
    policy cgroup fname lwp spid tid f flag flags maj_flt min_flt majflt minflt pss uss oom numa unit slice
    """
)


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a ps command line. Never raises.

    ps that cannot read one word (`-aux`, a user who is none), or two of them together (columns of one's own with `-f`,
    threads with a tree of processes), reads all of them without their dashes: then `-e` is the environment too. So
    `-e` stands beside nothing that may not be understood.
    """
    words, letters = list(argv[1:]), set[str]()
    unsure = tree = own = False
    while words:
        word = words.pop(0)
        letters |= set(word[1:]) if re.fullmatch(r"-[a-zA-Z]+", word) else set()
        tree |= word == "--forest"
        own |= word in _FORMATS or word.startswith("--format=")
        unsure |= word in _BOTH or word in _VALUED or not word.startswith("-")
        if objection := _objection(word, words):
            return _refused(objection)
    unsure |= (tree or "H" in letters) and not _THREADS.isdisjoint(letters)
    unsure |= own and not _LAYOUTS.isdisjoint(letters)
    if "e" in letters and unsure:
        return _refused("-e lists all processes already, and beside this it could print environments: leave one out")
    return Judgement(Verdict.READ_ONLY, "lists processes")


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"ps: {reason}")


def _objection(word: str, rest: list[str]) -> str | None:
    name, equals, value = word.partition("=")
    if name in ("--sort", "k", "--format", "--pid", "--ppid", "--user") and equals:
        return _columns(value) if name in ("--sort", "--format") else objection_to_value("names", value)
    if word in _FORMATS or word in ("--sort", "k"):
        return _columns(rest.pop(0)) if rest else f"{word} needs a value"
    if word in _VALUED:
        return objection_to_value("names", rest.pop(0)) if rest else f"{word} needs a value"
    if word in _LONG or word in _BOTH or word.isdigit():
        return None
    if word.startswith("-"):
        known = len(word) > 1 and set(word[1:]) <= _WITH_DASH
        return None if known else f"{word[:40]} is not among its options that only look"
    if "e" in word:
        return "e without a dash prints each process's environment, which holds secrets"
    return None if set(word) <= _WITHOUT_DASH else f"{word[:40]} is not among its options that only look"


def _columns(value: str) -> str | None:
    names = [part.partition(":")[0].partition("=")[0].lstrip("+-") for part in value.replace(" ", ",").split(",")]
    return next((f"{name[:40]!r} is no column that is known" for name in names if name and name not in _COLUMNS), None)
