"""The storybook's runbook as real rounds use it: its watch looks every second, and it has one procedure more.

That procedure has what procedures have: a look, a change behind the gate, a wait, and a person's part.
"""

import re
import shutil
from pathlib import Path
from typing import Final

from bot.runbooks.files import compilation
from demo.bot_process import ROOT

PROCEDURE: Final = "Bring the books back"
CHANGED: Final = "/admin/backups/"
"""Where its change goes, followed by the backup that somebody names."""
WATCH: Final = "ai-storybook/stuck-count"
DOCUMENT: Final = f"""
## Backups

### {PROCEDURE}

1. Look whether the API answers.

   ```bash
   curl -s https://api.aistorybook.com/health
   ```

2. Take the books from the backup.

   ```bash
   curl -X POST https://api.aistorybook.com{CHANGED}{{{{backup}}}}/restore
   ```

3. Monitor for 2 seconds.
4. Tell the customers that their books are back.
"""
BOUND: Final = """\
steps:
  {step}:
    for: '{form}'
    name: restore-books
    guard: {{none: "The books are those of the backup, however often they are taken from it."}}
    undo: Take the books from the backup before it.
"""
LOOKS: Final = "watch: {every: 1 minute, bound: critical}"
OFTEN: Final = "watch: {every: 1 second, for: 1 second, bound: critical}"
_CHANGE: Final = re.compile(r"- remediation: (bring-the-books-back-\w+)\n(?: .*\n)*?    form: (\w{8})")


def written(folder: Path) -> Path:
    """The folder of the runbook, made there and compiled; its name is the system's."""
    there = folder / "ai-storybook"
    shutil.copytree(ROOT / "runbooks" / "ai-storybook", there)
    document, overlay = there / "runbook.md", there / "overlay.yaml"
    document.write_text(document.read_text(encoding="utf-8") + DOCUMENT, encoding="utf-8")
    catalog = compilation(document).compiled.text
    (there / "catalog.yaml").write_text(catalog, encoding="utf-8")
    change = _CHANGE.search(catalog)
    people = overlay.read_text(encoding="utf-8")
    assert change is not None
    assert LOOKS in people
    bound = people.replace("steps:\n", BOUND.format(step=change[1], form=change[2]), 1)
    # One watch is enough: the others would only look.
    kept = re.sub(r"(?m)^ +watch: (?!.*bound: critical).*\n", "", bound.replace(LOOKS, OFTEN))
    overlay.write_text(kept, encoding="utf-8")
    return there
