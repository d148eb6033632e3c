"""What a running step prints, made fit to be shown while it still runs: whole lines, with every secret hidden."""

import asyncio
import codecs
from typing import Final

from bot.executors.tool.legible import legible
from bot.redaction.redactor import CUT, Redactor
from commands.ports import Heard

PAUSE: Final = 0.25
"""Seconds in which lines are gathered: looking for secrets costs time, which is not the run's."""

MOST_HEARD: Final = 64 * 1024
"""Characters that are passed on while it runs; more is in the outcome."""


class Hearing:
    """Passes on what one run prints. ``take`` it piece by piece as it comes, ``end`` when no more comes.

    All that came is cleaned anew each time, so that a secret is found whatever the pieces were. Held back are the line
    that is not ended yet and what may be the beginning of a known secret. What was passed on cannot be taken back: when
    a later line shows that it should have looked otherwise, nothing more is passed on, and the outcome has it cleaned.
    """

    def __init__(self, redactor: Redactor, heard: Heard) -> None:
        self._redactor = redactor
        self._heard = heard
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._said = ""
        self._due: asyncio.TimerHandle | None = None

    @property
    def whole(self) -> str:
        """All that was printed, cleaned, up to about MOST_HEARD characters."""
        return self._clean(self._text if len(self._text) < MOST_HEARD else self._text + CUT)

    @property
    def cut(self) -> str:
        """The same of a run that was stopped: without what may be the beginning of a secret."""
        return self._clean(self._text[: self._redactor.settled(self._text)])

    def take(self, piece: bytes) -> None:
        """Some bytes as the program printed them, cut anywhere."""
        if len(self._text) >= MOST_HEARD:
            return
        self._text += self._decoder.decode(piece)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_later(PAUSE, self._pass_on)

    def end(self) -> None:
        """Pass on nothing more: the outcome says the rest."""
        if self._due is not None:
            self._due.cancel()

    def _pass_on(self) -> None:
        self._due = None
        # Cleaned before it is cut at a line's end: a secret may go on behind that.
        clean = self.cut
        clean = clean[: clean.rfind("\n") + 1]
        if len(clean) > len(self._said) and clean.startswith(self._said):
            self._heard(clean[len(self._said) :])
            self._said = clean

    def _clean(self, text: str) -> str:
        return legible(self._redactor.clean(text))
