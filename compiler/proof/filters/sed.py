"""Why sed is no filter, and which of its edits of a file are plain.

sed can run commands (`e`) and write files (`w`), so nothing of it stands behind a pipe or shows a log.
"""

import re

NO_FILTER = "its program could run commands or write files: use head, tail or grep"
_FILE_EDIT = re.compile(r"s([/|#,@])(?:(?!\1)[^\\\n]|\\[^\n])+\1(?:(?!\1)[^\\\n]|\\[^\n])*\1[gi]*|/[^/\\\n]+/d|[0-9]+d")


def is_plain_edit(script: str) -> bool:
    """Whether the program replaces or deletes, and can neither run a command nor write another file."""
    return bool(_FILE_EDIT.fullmatch(script))
