"""The verdict for git and for GitHub's gh: what is in a repository, and what would change it or its hosting.

git runs programs that its configuration and some options name, and a word it does not know may be an alias; so only
the commands listed here are known, with their listed options. Nothing is read from outside the bound repository.
"""

import re
from collections.abc import Sequence

from compiler.proof import client, usage
from compiler.proof.git.table import GH, GIT
from compiler.proof.host_paths import is_secret_file
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

TOOLS = word_list("git gh")
_HELPER = re.compile(r"[A-Za-z][\w+.-]*::", re.ASCII)
"""An address that a program of its own fetches: `ext::sh -c …`."""
_FETCHING = word_list("fetch clone pull push remote submodule archive")
_RUNNING = {
    "rebase": ("-x", "--exec"),
    "fetch": ("--upload-pack",),
    "pull": ("--upload-pack",),
    "push": ("--receive-pack", "--exec"),
    "archive": ("--exec",),
    "clone": ("-u", "--upload-pack", "-c", "--config", "--template"),
    "init": ("--template",),
}
"""Options that name a program, or a folder or setting with programs in it."""
_SHOWING = word_list("log show diff blame annotate")
_METHOD = ("-X", "--method")
_LOOKING = re.compile(r"(?:-X|--method=)(?:GET|HEAD)")
_KNOWN_ADDRESS = re.compile(
    r"/?(?:repos/(?:[\w.-]+/[\w.-]+|\{owner\}/\{repo\})/(?:actions/(?:runs|workflows)|branches|commits|deployments|issues"
    r"|milestones|pulls|releases|tags)(?:/[A-Za-z0-9][\w.-]*)?"
    r"(?:/(?:check-runs|comments|commits|files|jobs|reviews|runs|status|statuses))?"
    r"|search/(?:issues|commits)|rate_limit|meta)(?:\?[\w=&%.,:+-]*)?",
    re.ASCII,
)
_ASKED = usage.usage(
    "-q=jqfilter --jq=jqfilter --paginate -H=accept --header=accept --cache=name | plain",
    "asks GitHub what its own commands show too",
)
_GIVEN = usage.usage("-f=field -F=field --field=field --raw-field=field", "")
_BODY = ("-f", "-F", "--field", "--raw-field", "--input")


def judge(argv: Sequence[str]) -> Judgement:
    """The verdict for a command line, `argv[0]` being `git` or `gh`. Never raises."""
    if list(argv[:1]) == ["git"] and _runs_a_program(argv):
        return _refused("git", "an address or an option of it names a program that would run")
    if list(argv[:1]) == ["git"]:
        return _without_secrets(client.judge(GIT, argv), argv)
    if list(argv[:2]) == ["gh", "api"]:
        return _api(argv[2:])
    if list(argv[:1]) == ["gh"]:
        return _once(client.judge(GH, argv), argv)
    return _refused("git", "the command is neither git nor gh")


def _runs_a_program(argv: Sequence[str]) -> bool:
    verb = next((word for word in argv[1:] if word in _RUNNING or word in _FETCHING), "")
    options = _RUNNING.get(verb, ())
    addresses = (word.partition("=")[2] if word.startswith("--") else word for word in argv[1:])
    if verb in _FETCHING and any(map(_HELPER.match, addresses)):
        return True
    return any(_is_one_of(word, options) for word in argv[1:])


def _is_one_of(word: str, options: Sequence[str]) -> bool:
    """Whether git takes the word for one of these, in short, in a cluster or by its first letters too."""
    name = word.partition("=")[0]
    if word.startswith("--"):
        return len(name) > 3 and any(option.startswith(name) for option in options)
    letters = [option[1] for option in options if not option.startswith("--")]
    return bool(re.match(rf"-[A-Za-z]*[{''.join(letters)}]", word)) if letters else False


def _without_secrets(judgement: Judgement, argv: Sequence[str]) -> Judgement:
    """What a file of secrets held in any commit is shown to nobody."""
    parts = [part for word in argv[1:] for part in word.lower().split("/")]
    secret = next((part for part in parts if is_secret_file(part)), None)
    if judgement.verdict is not Verdict.READ_ONLY or secret is None or _SHOWING.isdisjoint(argv):
        return judgement
    return _refused("git", f"{secret} is where secrets are kept, and what it held would be shown")


def _once(judgement: Judgement, argv: Sequence[str]) -> Judgement:
    """`gh run watch` goes on until the run ends: the run, or the list of runs, is shown once instead."""
    if judgement.verdict is not Verdict.READ_ONLY or list(argv[1:3]) != ["run", "watch"]:
        return judgement
    number = next((word for word in argv[3:] if word.isdigit()), None)
    return Judgement(
        Verdict.READ_ONLY, judgement.reason, f"gh run view {number}" if number else "gh run list --limit 5"
    )


def _api(words: Sequence[str]) -> Judgement:
    """A free request to GitHub: beyond a few well-known addresses, what one answers with is not known."""
    left = _without_get(words)
    form = usage.with_options(_ASKED, _GIVEN.options) if len(left) < len(words) else _ASKED
    try:
        reading = usage.read(form, left)
    except usage.Misuse:
        reading = None
    if reading and _KNOWN_ADDRESS.fullmatch(reading.operands[0]):
        return Judgement(Verdict.READ_ONLY, _ASKED.says)
    if any(
        word in (*_METHOD, *_BODY) or word.startswith(("-X", "-f", "-F", "--method=", *(f"{m}=" for m in _BODY)))
        for word in left
    ):
        return Judgement(Verdict.MUTATING, "gh api with a method or fields changes something at GitHub")
    return _refused("gh api", "a free request may answer with secrets: use the command for what is asked")


def _without_get(words: Sequence[str]) -> list[str]:
    """The words without a method that only looks."""
    left = [word for word in words if not _LOOKING.fullmatch(word)]
    for place in reversed(range(len(left) - 1)):
        if left[place] in _METHOD and left[place + 1] in ("GET", "HEAD"):
            del left[place : place + 2]
    return left


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")
