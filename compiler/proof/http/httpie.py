"""HTTPie's command line (`http`, `https`, xh's too) as the curl command line of the same request.

Its URLs may lack a scheme and a host, its items are headers, queries and data by the sign between name and value.
"""

import re
from collections.abc import Sequence
from typing import Final

from compiler.proof.references import is_reference
from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

TOOLS: Final = word_list("http https xh xhs")
_FLAGS: Final = word_list(
    """
    --check-status --verbose -v --headers -h --body -b --meta -m --all --quiet -q --json -j --ignore-stdin -I
    --follow -F
    """
)
_VALUES: Final = word_list("--timeout --print -p --pretty --style -s --verify --format-options")
_METHOD: Final = re.compile(r"[A-Za-z]+", re.ASCII)
"""Letters alone, with an address behind them: `http localhost a==b` sends the method LOCALHOST."""
_ITEM: Final = re.compile(r"(?P<name>[\w.-]+)(?P<sign>==|:=|=|:)(?P<value>.*)", re.ASCII | re.DOTALL)


def as_curl(argv: Sequence[str]) -> list[str] | Judgement:
    """The same request for curl; or the refusal. Never raises."""
    words, kept = list(argv[1:]), list[str]()
    given: list[str] = []
    while words:
        word = words.pop(0)
        name, equals, _ = word.partition("=")
        if word in _FLAGS or (name in _VALUES and equals):
            continue
        if word in _VALUES and words:
            words.pop(0)
        elif word in ("-a", "--auth") and words:
            kept += ["-u", words.pop(0)]
        elif word.startswith("-"):
            return _refused(argv[0], f"{name[:40]} is not among the options that only show an answer")
        else:
            given.append(word)
    method = given.pop(0).upper() if len(given) > 1 and _METHOD.fullmatch(given[0]) else ""
    if not given:
        return _refused(argv[0], "it names no address")
    return _request(argv[0], method, given, kept)


def _request(tool: str, method: str, given: Sequence[str], kept: list[str]) -> list[str] | Judgement:
    queries, data = list[str](), list[str]()
    for word in given[1:]:
        item = _ITEM.fullmatch(word)
        if item is None or item["value"].startswith("@"):
            return _refused(tool, f"{word[:40]!r} is none of its plain items, or it reads a file")
        if item["sign"] == "==":
            queries += ["--data-urlencode", f"{item['name']}={item['value']}"]
        elif item["sign"] == ":":
            kept += ["-H", f"{item['name']}: {item['value']}"]
        else:
            data.append(f'"{item["name"]}":{item["value"]}')
    if data:
        kept += ["-X", method or "POST", "--data", f"{{{','.join(data)}}}"]
    elif method == "HEAD":
        kept.append("-I")
    elif method:
        kept += ["-X", method]
    return ["curl", *kept, *(["-G", *queries] if queries and not data else []), _address(tool, given[0])]


def _address(tool: str, written: str) -> str:
    if "://" in written or is_reference(written.partition("/")[0]):
        return written
    scheme = "https" if tool in ("https", "xhs") else "http"
    host = f"localhost{written}" if written.startswith((":", "/")) else written
    return f"{scheme}://{host.replace('localhost:/', 'localhost/')}"


def _refused(tool: str, reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"{tool}: {reason}")
