"""``python -m sandbox.coverage`` writes the table of methods in docs/sandbox.md from the one that serves them."""

import sys
from collections.abc import Iterable
from pathlib import Path

from sandbox.methods.arguments import Argument
from sandbox.methods.request import Method
from sandbox.methods.table import METHODS
from sandbox.methods.tiers import POST_BURST, POSTS_A_MINUTE, Tier

PAGE = Path(__file__).resolve().parent.parent / "docs" / "sandbox.md"
BEGIN, END = "<!-- methods: python -m sandbox.coverage -->", "<!-- end of methods -->"
HEAD = "| method | calls a minute | scope, any one | arguments checked |\n|---|---|---|---|"
NUMBERED = {Tier.ONE: 1, Tier.TWO: 2, Tier.THREE: 3, Tier.FOUR: 4}
KINDS = {"str": "", "bool": " true/false", "int": " number", "json": " JSON", "ids": " list"}
TOKENS = {"app": "the app's own token", "anyone": "none, nor a token", "bot": "none"}


def table() -> str:
    """One row a method, in the order of their names; what must be given is in bold."""
    return "\n".join([HEAD, *(_row(name, method) for name, method in sorted(METHODS.items()))])


def written(page: str) -> str:
    """The page with the table as it is now. Raises ValueError when its two marks are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the lines {BEGIN} and {END}, with the table between them")
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def _row(name: str, method: Method) -> str:
    scopes = ", ".join(f"`{scope}`" for scope in method.scopes) or TOKENS[method.called_by]
    return f"| `{name}` | {_pace(method.tier)} | {scopes} | {_arguments(method.arguments.values())} |"


def _pace(tier: Tier) -> str:
    if tier is Tier.NONE:
        return "any"
    if tier is Tier.POSTING:
        return f"{POSTS_A_MINUTE}, and 1 a second in each channel after {POST_BURST}"
    return f"{tier.value} (tier {NUMBERED[tier]})" if tier in NUMBERED else str(tier.value)


def _arguments(arguments: Iterable[Argument]) -> str:
    return ", ".join(_argument(each) for each in arguments) or "none"


def _argument(argument: Argument) -> str:
    name = f"**{argument.name}**" if argument.required else argument.name
    most = f" ≤ {argument.most}" if argument.most else ""
    return f"{name}{KINDS[argument.kind]}{most}"


def main() -> None:
    """Write the table into the page; a fault in one sentence, and exit code 1."""
    try:
        PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    except (OSError, ValueError) as wrong:
        sys.exit(f"docs/sandbox.md was not written: {wrong}")


if __name__ == "__main__":
    main()
