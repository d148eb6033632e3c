"""Sessions of root, whose prompt `# ` looks like a comment: a block of nothing but commands behind it is one."""

import re
from typing import Final

from compiler.languages import is_inline_command, is_tool_line

_TAGS: Final = frozenset({"", "console", "terminal", "shell-session", "shellsession", "sh-session"})
"""Tags of blocks that show sessions; in a script a `#` begins a comment."""
_PROMPTED: Final = re.compile(r"# (?=[a-z./])(?!.*\b(?:is|are|was|the|to|of|that|with|and|not|if|should|must)\b)")
"""A comment has words of a sentence."""


def with_root_prompts(text: str, tag: str) -> str:
    """The text with root's prompt as `$ `, line for line, where it is such a session; else as it is."""
    if tag not in _TAGS or not text.lstrip().startswith("# "):
        return text
    lines = text.split("\n")
    typed = [_PROMPTED.match(line) is not None and is_inline_command(line[2:], about_redis=False) for line in lines]
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    if not typed[first] or any(is_tool_line(line) or line.startswith("$ ") for line in lines):
        return text
    return "\n".join(f"$ {line[2:]}" if root else line for line, root in zip(lines, typed, strict=True))
