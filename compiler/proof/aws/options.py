"""The options that every command of the AWS command line takes, and what becomes of each."""

import re

from compiler.proof.references import is_reference
from compiler.proof.word_list import word_list

KEPT_VALUES = word_list("region query output")
DROPPED_VALUES = word_list("color cli-read-timeout cli-connect-timeout cli-binary-format")
DROPPED_FLAGS = word_list("no-paginate no-cli-pager no-cli-auto-prompt")
PAGING_VALUES = word_list("starting-token page-size max-items")
INPUT_VALUES = word_list("cli-input-json cli-input-yaml")
REFUSED = {
    **dict.fromkeys(
        ("profile", "endpoint-url", "ca-bundle", "no-verify-ssl", "no-sign-request"),
        "which identity and endpoint are used belongs to the target",
    ),
    **dict.fromkeys(("debug", "v2-debug"), "it prints signed headers"),
    "generate-cli-skeleton": "it prints a template and asks AWS nothing",
    **dict.fromkeys(("cli-auto-prompt", "help", "version"), "it is for a person at a terminal"),
}
_PATTERNS = {
    "region": re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII),
    "output": re.compile(r"json|text|table|yaml|yaml-stream|off"),
    "color": re.compile(r"on|off|auto"),
    "cli-read-timeout": re.compile(r"\d{1,5}", re.ASCII),
    "cli-connect-timeout": re.compile(r"\d{1,5}", re.ASCII),
    "cli-binary-format": re.compile(r"base64|raw-in-base64-out"),
    "page-size": re.compile(r"\d{1,6}", re.ASCII),
    "max-items": re.compile(r"\d{1,9}", re.ASCII),
}


def is_value(option: str, value: str) -> bool:
    """Whether the value is one that the option takes; a named placeholder always is."""
    pattern = _PATTERNS.get(option)
    return pattern is None or bool(pattern.fullmatch(value)) or is_reference(value)
