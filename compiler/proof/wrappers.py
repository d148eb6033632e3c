"""Words before a program that change how it is started, and programs that run what the text does not show.

`time` and `sudo` are taken off and said so: nothing is ever run as another account. Every other wrapper and every
builtin of the shell is refused with its own reason.
"""

import re
from collections.abc import Sequence
from typing import Final

from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_REASONS: Final = {
    "env": "it changes the environment of what it starts, or shows secrets in it",
    "printenv": "the environment holds secrets, and the answer would be shown",
    "command": "it is a wrapper of the shell: write the command itself",
    "builtin": "it is a wrapper of the shell: write the command itself",
    "exec": "it is a wrapper of the shell: write the command itself",
    "eval": "it runs text that is put together at run time",
    "source": "it runs a file inside the shell",
    ".": "it runs a file inside the shell",
    "trap": "it leaves a command behind to be run later",
    "alias": "an alias can take the name of any program",
    "busybox": "it is many programs under one name: write the program",
    "toybox": "it is many programs under one name: write the program",
    "xargs": "it runs a command with words that are not in the text",
    "parallel": "it runs a command with words that are not in the text",
    "timeout": "it is a wrapper: write the command itself, every step has a time limit",
    "su": "it starts a shell as somebody else",
    "doas": "it runs the command as somebody else",
    "runuser": "it runs the command as somebody else",
    "chroot": "it runs the command in another root",
    "nsenter": "it runs the command inside another process's view of the host",
    "unshare": "it runs the command in a view of its own",
    "script": "it starts a shell and writes what is typed to a file",
    "screen": "it leaves a session behind",
    "tmux": "it leaves a session behind",
    "select": "it waits for a person at a terminal",
    "read": "it waits for a person at a terminal",
}
_WRAPPERS: Final = word_list(
    """
    nohup nice ionice stdbuf setsid flock chrt taskset coproc unbuffer faketime caffeinate pkexec gosu su-exec setpriv
    sshpass fakeroot firejail proot tini dumb-init entr prlimit rlwrap torsocks proxychains
    """
)
_STATE: Final = word_list(
    """
    cd pushd popd export set unset declare typeset local readonly shopt unalias hash umask exit return logout
    shift break continue wait jobs fg bg disown history bind enable complete getopts let mapfile readarray source
    """
)
_INTERPRETER: Final = re.compile(
    r"(?:python|pypy|perl|ruby|lua|php|node)[\d.]+|pwsh|powershell|groovy|ghci|julia|scala|jshell|elixir|iex|erl|lldb",
    re.ASCII,
)
"""Names under which an interpreter of code comes besides its plain one."""
_SUDO_VALUES: Final = word_list("-u -g --user --group")
_SUDO_FLAGS: Final = word_list("-n -H -i --non-interactive --set-home --login")
_SUDO_CLUSTER: Final = re.compile(r"-([nHi]+)([nHiug])", re.ASCII)
"""Flags of one letter in one word: `-iu postgres`."""
_NAME: Final = re.compile(r"[\w.+-]+", re.ASCII)
_ACCOUNT: Final = re.compile(r"[a-z_][\w.-]*", re.ASCII)
_TIMED: Final = re.compile(
    r"(?:(?:--foreground|--preserve-status|-v|--verbose"
    r"|(?:-k ?|--kill-after[= ])[0-9.]+[smhd]?|(?:-s ?|--signal[= ])[A-Z0-9]+) )*"
    r"[0-9]+(?:\.[0-9]+)?[smhd]? ",
    re.ASCII,
)
"""What stands between `timeout` and its command."""
_SCHEDULERS: Final = word_list("ionice chrt taskset prlimit")
_PROCESS: Final = re.compile(r"-[a-z]*[pPu][0-9]*|--(?:pid|pgid|uid)(?:=[0-9]+)?", re.ASCII)
_SCHEDULING: Final = re.compile(r"-[a-zA-Z]+[0-9]*|--[a-z-]+(?:=[\w:-]+)?|(?:0x)?[0-9a-f]+(?:[,-][0-9a-f]+)*", re.ASCII)
TAKEN_OFF: Final = word_list("sudo time timeout")
"""The wrappers that may be dropped."""
NEUTRAL: Final = word_list("true false : exit")
"""Parts of a list that do nothing but say how it went."""


def taken_off(argv: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]] | Judgement:
    """The words without `time` and `sudo`, and which were dropped; or the refusal."""
    words, dropped = list(argv), list[str]()
    while words and words[0] in ("time", "sudo"):
        wrapper = words.pop(0)
        while words and words[0].startswith("-"):
            option = words.pop(0)
            if wrapper == "sudo" and (cluster := _SUDO_CLUSTER.fullmatch(option)):
                option = f"-{cluster[2]}"
            known = option == "-p" if wrapper == "time" else option in _SUDO_FLAGS | _SUDO_VALUES or _as_whom(option)
            if not known:
                return _refused(f"{wrapper} {option[:40]}: write the command itself")
            if wrapper == "sudo" and option in _SUDO_VALUES and words:
                words.pop(0)
        if words and (re.match(r"[A-Za-z_]\w*=", words[0]) or not re.fullmatch(r"[\w./:+-]+", words[0], re.ASCII)):
            return _refused("it changes the environment of what it starts")
        dropped.append(wrapper)
    if not words:
        return _refused("there is no command")
    return tuple(words), tuple(dropped)


def _as_whom(option: str) -> bool:
    name, _, account = option.partition("=")
    return name in ("--user", "--group") and bool(_ACCOUNT.fullmatch(account))


def timed(argv: Sequence[str]) -> tuple[str, ...] | None:
    """The command to which `timeout` gives a time; None for any other command line."""
    said = _TIMED.match(" ".join(argv[1:])) if argv[0] == "timeout" else None
    if said is None:
        return None
    words = argv[1 + said[0].count(" ") :]
    plain = not any(" " in word for word in argv[: len(argv) - len(words)])
    return tuple(words) if plain and words and not words[0].startswith("-") else None


def innermost(argv: Sequence[str]) -> Sequence[str]:
    """The command behind every wrapper that may be dropped."""
    bare = taken_off(argv)
    words = argv if isinstance(bare, Judgement) else bare[0]
    inner = timed(words) or words
    return argv if len(inner) == len(argv) else innermost(inner)


def said_as(argv: Sequence[str]) -> str | None:
    """The line that `su - ACCOUNT -c LINE` says, as whoever runs it; None for any other command line."""
    words = [word for word in argv[1:] if word not in ("-", "-l", "--login")]
    account, line = (words[0], words[1:]) if words and words[0] != "-c" else ("", words)
    known = argv[0] == "su" and len(line) == 2 and line[0] == "-c" and (not account or _ACCOUNT.fullmatch(account))
    return line[1] if known else None


def judged(argv: Sequence[str]) -> Judgement | None:
    """The verdict where the first word itself decides it: a wrapper, a builtin, an interpreter."""
    program = argv[0]
    if program == "command" and len(argv) == 3 and argv[1] in ("-v", "-V") and _NAME.fullmatch(argv[2]):
        return Judgement(Verdict.READ_ONLY, "shows where a program is")
    if reason := _REASONS.get(program):
        return _refused(f"{program}: {reason}")
    if program in _WRAPPERS and not _of_a_process(argv):
        return _refused(f"{program} is a wrapper: write the command itself")
    if program in _STATE:
        return _refused(f"{program} only changes the state of the shell: there is nothing to run")
    if _INTERPRETER.fullmatch(program) and program not in ("python2", "python3"):
        return _refused(f"{program} is an interpreter: it runs whatever code it is given")
    return None


def _of_a_process(argv: Sequence[str]) -> bool:
    """Whether `ionice`, `chrt`, `taskset` or `prlimit` is given processes that run already, and no command to start."""
    named = any(_PROCESS.fullmatch(word) for word in argv[1:])
    return argv[0] in _SCHEDULERS and named and all(_SCHEDULING.fullmatch(word) for word in argv[1:])


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, reason)
