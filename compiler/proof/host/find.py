"""find: tests that only look, and the one deletion that has a bound.

A deletion needs a fixed folder and at least one test that leaves most files alone. Everything that runs a program or
writes a list to a file is refused; links are never followed.
"""

from collections.abc import Sequence
from itertools import pairwise

from compiler.proof.host_paths import has_pattern, objection_to_cleaning, objection_to_listing
from compiler.proof.values import objection_to_value
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_ALONE = word_list(
    """
    -empty -executable -readable -writable -print -print0 -ls -xdev -mount -prune -quit -false -noleaf
    -o -or -a -and -not ! ( ) -depth
    -daystart -nouser -nogroup -true
    """
)
_VALUED = {
    **dict.fromkeys(("-mtime", "-mmin", "-atime", "-amin", "-ctime", "-cmin", "-size", "-links", "-used"), "signed"),
    **dict.fromkeys(("-name", "-iname", "-path", "-ipath", "-wholename", "-regex", "-iregex", "-lname"), "text"),
    **dict.fromkeys(("-maxdepth", "-mindepth", "-inum", "-uid", "-gid"), "number"),
    **dict.fromkeys(("-user", "-group", "-fstype", "-type", "-xtype"), "names"),
    **dict.fromkeys(("-newermt", "-newerct", "-newerat"), "time"),
    **dict.fromkeys(("-newer", "-anewer", "-cnewer", "-samefile"), "listed"),
    "-perm": "mode",
    "-regextype": "name",
    "-printf": "text",
}
_BOUNDING = word_list(
    "-mtime -mmin -atime -amin -ctime -cmin -name -iname -size -user -newermt -path -ipath -inum -newer"
)
_BRANCHES = frozenset({"-o", "-or", "!", "-not"})
_ACTIONS = word_list("-exec -execdir -ok -okdir")


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a find command line, `argv[0]` being `find`. Never raises."""
    words = list(argv[1:])
    start = next((place for place, word in enumerate(words) if word[:1] in ("-", "(", "!")), len(words))
    folders, tests = words[:start], words[start:]
    deletes = tests.count("-delete")
    if objection := _objection_to_tests([test for test in tests if test != "-delete"]):
        return _refused(objection)
    if deletes:
        return _deletion(folders, tests)
    if not folders:
        return _refused("it names no folder to look in")
    reason = next((objection for folder in folders if (objection := objection_to_listing(folder))), None)
    return _refused(reason) if reason else Judgement(Verdict.READ_ONLY, "finds files")


def _deletion(folders: Sequence[str], tests: Sequence[str]) -> Judgement:
    if not folders:
        return _refused("it names no folder to delete in")
    for folder in folders:
        if objection := objection_to_cleaning(folder):
            return _refused(objection)
    before = tests[: tests.index("-delete")]
    if tests[-1] != "-delete" or not _BRANCHES.isdisjoint(before) or has_pattern(folders[0]):
        return _refused("what it deletes depends on the order of its tests: put -delete last, after plain tests")
    bounding = [value for test, value in pairwise(before) if test in _BOUNDING]
    if not any(value.strip("*./+") for value in bounding) and "-empty" not in before:
        return _refused("no test bounds what it deletes")
    return Judgement(Verdict.MUTATING, f"deletes the files below {folders[0]} that pass the tests")


def _objection_to_tests(tests: Sequence[str]) -> str | None:
    rest = list(tests)
    while rest:
        test = rest.pop(0)
        if test in _ACTIONS:
            return f"{test} runs a program: list the files, or use -delete"
        if test in _ALONE:
            continue
        if test not in _VALUED:
            return f"{test[:40]} is not among its tests that only look"
        if not rest:
            return f"{test} needs a value"
        if objection := objection_to_value(_VALUED[test], rest.pop(0).removesuffix("\n")):
            return f"{test}: {objection}"
    return None


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"find: {reason}")
