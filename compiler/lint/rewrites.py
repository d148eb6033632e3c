"""What may be written instead of a refused command: each proposal is proven, and kept only if it is no refusal."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.found import Found
from compiler.proof.line import prove
from compiler.proof.one_value import is_one_value
from compiler.proof.proven import Kind
from incident.verdict import Judgement, Verdict

_TYPED: Final = str.maketrans(
    {"‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "--", "―": "--", "−": "-", "…": "..."}
    | dict.fromkeys("‘’‚‛´", "'")
    | dict.fromkeys("“”„‟«»", '"')
)
_TERMINAL: Final = re.compile(r"\s+(?:-it|-ti|-i|-t|--interactive|--tty)(?=\s)")
_ASSIGNED: Final = re.compile(r"\s*(?:export\s+)?\w+=[\"']?(?:\$\(|`)")
_SHELL: Final = re.compile(r"\s+(?:/bin/)?(?:ba|z|a)?sh(?:\s+-[il])?\s*$")
_LOOP: Final = re.compile(
    r"for\s+(?P<name>\w+)\s+in\s+.*?;?\s*\bdo\b\s*(?P<body>[^;\n]+?)\s*;?\s*\bdone\s*$", re.DOTALL
)
_XARGS: Final = re.compile(
    r"(?P<list>.*\S)\s*\|\s*xargs(?:\s+-(?:r|0|n\s*1|I\s*\{\}|P\s*[0-9]+))*\s+(?P<each>[^|]+)", re.DOTALL
)
_INSIDE: Final = re.compile(r"\"?\$\(((?:[^()]|\([^()]*\))*)\)\"?")
"""A command inside a command, which becomes a step of its own whose value the other takes."""
_FILTER: Final = re.compile(r"(?:grep|egrep|jq|awk|sed|cut|sort|tr|head|tail|wc|less|more|tee)\b")

_REPLACED: Final = tuple(
    (re.compile(pattern, flags), replacement)
    for pattern, replacement, flags in (
        (r"(\bpsql\b[^|;&]*?)\s*$", r'\1 -c "SELECT 1"', 0),
        (r"(\bredis-cli\b[^|;&]*?)\s*$", r"\1 PING", 0),
        (r"\bget-secret-value\b(.*?)(?:\s+--query\s+\S+)?(?:\s+--output\s+\S+)?((?:\s+--region\s+\S+)?)\s*$",
         r"describe-secret\1\2", 0),
        (r"\s+--with-decryption\b", "", 0),
        (r"(\bget\s+secrets?\s+\S+)(?:(\s+-n\s+\S+)|\s+-o\s*\S+|\s+--template=\S+|\s*\|.*)+\s*$", r"\1\2", 0),
        (r"\benv\s*(?:\|.*)?$", "printenv LOG_LEVEL", 0),
        (r"(\s-w|\s--write-out)[\s=]+(?:\"@[^\"]*\"|'@[^']*'|@\S+)", r"\1 '%{http_code} %{time_total}\\n'", 0),
        (r"\b(?:h?top|atop)\b.*$", "top -b -n 1", 0),
        (r"\s+(?:-a|--pass)\s+\S+", "", 0),
        (r"^\s*(?:PGPASSWORD|REDISCLI_AUTH)=\S+\s+", "", 0),
        (r"(\s(?:-u|--user)\s+)\S+:\S+", r'\1"$API_USER:$API_PASSWORD"', 0),
        (r"(authorization:\s*(?:bearer|basic|token)\s+)[^\"'\s]+", r"\1$API_TOKEN", re.IGNORECASE),
        (r"^.*<<.*\|\s*kubectl\s+apply\s+-f\s+-.*$", "kubectl apply -f {{file}}", re.DOTALL),
        (r"^\s*sudo\s+", "", 0),
    )
)  # fmt: skip
"""A refused form and the one to write; how much of it is true for a command is for the proof to say."""

_ONE_BY_ONE: Final = "each command that a person types there as a step of its own"
_ADVICE: Final = (
    (re.compile(r"\benv: "), "which variable to look for, and where it is configured"),
    (re.compile(r"transactions are the executor's"), "the statements between BEGIN and COMMIT alone"),
    (re.compile(r"interpreter|interactive|plain name|opens a shell|session"), _ONE_BY_ONE),
    (re.compile(r"loop"), "the command inside the loop, with a parameter for what changes"),
    (re.compile(r"condition decides"), "one step for each branch, with its condition in words before it"),
    (re.compile(r"xargs"), "the command that lists, and one step with a parameter for what is done to each"),
    (re.compile(r"opens an editor"), "the change itself, as in kubectl set or kubectl patch"),
    (re.compile(r"secret|password|credential"), "where the secret is kept, and who may read it"),
)  # fmt: skip
_OTHERWISE: Final = "in words what a person does and looks for here, or a script in the repository that does it"


def rewrite_of(found: Found) -> str:
    """Commands for this refused one, joined by `, then `; empty when none is known that would be proven."""
    for commands in _proposals(found):
        if commands and all(_proven(each, found) for each in commands):
            return ", then ".join(commands)
    return ""


def instead_of(found: Found) -> str:
    """What to write in place of a refused command: one that is proven, or, where none can stand for it, what to do."""
    reason, rewrite = found.proof.judgement.reason, rewrite_of(found)
    advice = next((advice for pattern, advice in _ADVICE if pattern.search(reason)), _OTHERWISE)
    if rewrite and advice == _ONE_BY_ONE:
        return f"{advice}, such as {rewrite}"
    return rewrite or advice


def bounded_form(found: Found) -> str:
    """The bounded form of a read as a whole line, with the pipe behind it; empty when it cannot be written as one."""
    rewrite = found.proof.judgement.rewrite or ""
    _, bar, behind = found.text.partition("|")
    whole = f"{rewrite} | {behind.strip()}" if bar and "|" not in rewrite else rewrite
    keys = re.sub(r"\bKEYS\s+(['\"]?)(\S+?)\1(?=\s|$)", r"--scan --pattern '\2'", found.text)
    candidates = (keys, whole) if keys != found.text and not found.session and "redis-cli" in found.text else (whole,)
    return next((each for each in candidates if _reads(each, found)), "")


def said_to(session: str, command: str) -> str:
    """A line typed into an open client, as one command of its own; empty when that is not proven to be the same."""
    client = _TERMINAL.sub(" ", session).strip().replace("  ", " ")
    command = re.sub(r"^KEYS\s+", "--scan --pattern ", command)
    quoted = " ".join(f"'{word}'" if re.search(r"[*?\[\]]", word) else word for word in command.split())
    whole = f'{client} -c "{command}"' if "psql" in client else f"{client} {quoted}"
    return whole if prove(whole).judgement.verdict is not Verdict.REFUSED else ""


def _proposals(found: Found) -> Iterator[tuple[str, ...]]:
    judgement, text = found.proof.judgement, found.text
    if _ASSIGNED.match(text):
        return  # Something below needs the value: another command would give it another one.
    if judgement.rewrite:
        yield (judgement.rewrite,)
    if (plain := text.translate(_TYPED)) != text:
        yield (plain,)
        text = plain
    calm = _TERMINAL.sub(" ", text).replace("  ", " ")
    for pattern, replacement in _REPLACED:
        if pattern.search(text):
            yield (pattern.sub(replacement, calm),)
            yield (pattern.sub(replacement, text),)
    if len(inside := _INSIDE.findall(calm)) == 1 and _finds_one(inside[0]):
        yield f"VALUE=$({inside[0]})", _INSIDE.sub('"$VALUE"', calm)
    yield from _one_each(text, calm)
    if "|" in text and _FILTER.match(judgement.reason):
        yield from _without_filters(text)


def _one_each(text: str, calm: str) -> Iterator[tuple[str, ...]]:
    """Single commands for a session and for what runs many; ``calm`` is the text without the wish for a terminal."""
    if _SHELL.search(text):
        yield (_SHELL.sub(" ps aux", calm),)
    if re.fullmatch(r"ssh\s+\S+(?:\s+-\S+)*", text):
        yield (f"{text} uptime",)
    if xargs := _XARGS.fullmatch(text):
        yield xargs["list"], xargs["each"].replace("{}", "").strip() + " {{each}}"
    if loop := _LOOP.fullmatch(text):
        yield (re.sub(rf"\"?\$\{{?{loop['name']}\b\}}?\"?", f"{{{{{loop['name']}}}}}", loop["body"]),)


def _finds_one(text: str) -> bool:
    """Whether a command looks for one value, which another step can take."""
    proof = prove(text)
    looks = proof.judgement.verdict is Verdict.READ_ONLY and proof.executor is not None
    return looks and is_one_value(proof.executor or "", proof.command)


def _without_filters(text: str) -> Iterator[tuple[str, ...]]:
    """The command with fewer and fewer of the filters behind it."""
    parts = text.split("|")
    for length in range(len(parts) - 1, 0, -1):
        yield ("|".join(parts[:length]).strip(),)


def _proven(text: str, found: Found) -> bool:
    return text != found.text and _judged(text, found).verdict is not Verdict.REFUSED


def _reads(text: str, found: Found) -> bool:
    return text != found.text and _judged(text, found).verdict is Verdict.READ_ONLY


def _judged(text: str, found: Found) -> Judgement:
    """As a line, or, for what was typed into an open client, as that client reads it."""
    said = found.proof.kind if found.session and found.proof.kind in (Kind.REDIS, Kind.SQL) else None
    return prove(text, kind=said).judgement
