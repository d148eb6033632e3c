"""One thing that lint says about a runbook."""

from enum import StrEnum

from msgspec import Struct


class Weight(StrEnum):
    """How bad it is. An *error* fails a build: the step cannot do what it says, or shows a secret."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Remark(Struct, frozen=True, kw_only=True, order=True):
    """One sentence about one line, and what to write instead where that is known."""

    line: int
    rule: str
    """A short name that stays the same: ``refused-command``, ``empty-contact``."""
    weight: Weight
    text: str
    instead: str = ""

    def __str__(self) -> str:
        """For people: the sentence, and the rewrite behind it."""
        return f"{self.text} Write instead: {self.instead}" if self.instead else self.text


RULES = {
    "refused-command": "A command that may not run as it is written.",
    "shell-state": "A line that only changes the shell of whoever types it.",
    "hidden-character": "A character that does not show, or shows as another.",
    "typographic-character": "A dash, quote or ellipsis of a word processor inside a command.",
    "inline-credential": "A password, key or token that is written out.",
    "ambiguous-placeholder": "A value to be filled in that could be taken for a real one.",
    "two-names": "One value that is called by two names in one procedure.",
    "two-meanings": "One name for values of two kinds in one procedure.",
    "unused-value": "A value that is kept for later, and that nothing takes.",
    "no-value": "A value that a later step needs, where the answer may be several things.",
    "no-target": "A step that could run, and that no target is bound to.",
    "stale-overlay": "An entry of the overlay whose step has changed or is gone.",
    "empty-contact": "Somebody to call whom nobody could reach.",
    "overdue-review": "A document whose review is overdue, or that gives no date for one.",
    "unreachable-objective": "A recovery objective that the procedures cannot meet.",
    "no-effect": "A step that cannot have the effect that it claims.",
    "wrong-unit": "A figure that is compared in another unit than it is measured in.",
    "removed-column": "A column that PostgreSQL no longer has.",
    "unbounded-read": "A read without an end or a limit; Muster runs the bounded form.",
    "no-diagnostic": "Symptoms without a command that looks for them.",
    "unrouted-alert": "An alert that leads to no procedure.",
    "unclosed-fence": "A fence of code that is never closed.",
}
"""Every rule with what it finds."""
