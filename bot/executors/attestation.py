"""Whether a target's diagnostics may run now: only while its credential is proven unable to write."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from commands.ports import Attestation

VALID_FOR: Final = timedelta(minutes=70)
"""An hourly proof with ten minutes to be late in."""

ASK_AGAIN_AFTER: Final = timedelta(seconds=30)
"""A look may ask for the proof itself, but ten looks at once do not ask ten times."""


class NotProven(Exception):
    """The target answered, and its credential may do more than look. The text is a sentence that says what."""


class NotReached(Exception):
    """The target gave no answer, which proves nothing and disproves nothing. The text is a sentence."""


class Standing:
    """Keeps a target's newest attestation. ``prove`` returns a sentence of proof, or raises NotProven or NotReached."""

    def __init__(self, target: str, prove: Callable[[], Awaitable[str]], *, clock: Callable[[], datetime]) -> None:
        self._target = target
        self._prove = prove
        self._clock = clock
        self._asking = asyncio.Lock()
        self._newest: Attestation | None = None
        self._voided = False
        self.attestation: Attestation | None = None
        """What holds: the newest answer, or an older proof that is still valid while the target gives no answer."""

    async def renew(self) -> Attestation:
        """Prove it anew. A target that gives no answer leaves a valid proof valid until its time is up."""
        async with self._asking:
            self._voided = False
            return await self._renew()

    def void(self, reason: str) -> None:
        """Switch diagnostics off until the next renewal: something was seen that the proof said could not happen."""
        self._voided = True
        self.attestation = self._newest = self._said(proven=False, proof=reason)

    async def objection(self) -> str | None:
        """Why nothing may be looked at now, as a sentence; None when the proof is valid.

        Without a valid proof it is asked for here, so that a target that was down at start can be looked at as soon as
        it is back.
        """
        if self._valid:
            return None
        async with self._asking:
            asked_lately = self._newest is not None and self._age(self._newest) < ASK_AGAIN_AFTER
            if not self._valid and not self._voided and not asked_lately:
                await self._renew()
        if self._valid:
            return None
        reason = self._newest.proof if self._newest else ""
        return f"Nothing was run, because diagnostics on {self._target} are off. {reason}"

    @property
    def _valid(self) -> bool:
        known = self.attestation
        return known is not None and known.proven and self._age(known) <= VALID_FOR

    def _age(self, known: Attestation) -> timedelta:
        """How old it is. One from the future is as old: the clock was set back, and nobody knows how long ago."""
        return abs(self._clock() - known.at)

    async def _renew(self) -> Attestation:
        try:
            found = self._said(proven=True, proof=await self._prove())
        except NotProven as weakness:
            found = self._said(proven=False, proof=str(weakness))
        except NotReached as outage:
            self._newest = self._said(proven=False, proof=str(outage))
            if not self._valid:
                self.attestation = self._newest
            return self._newest
        self.attestation = self._newest = found
        return found

    def _said(self, *, proven: bool, proof: str) -> Attestation:
        return Attestation(target=self._target, proven=proven, proof=proof, at=self._clock())
