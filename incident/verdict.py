"""What a command would do, said before anybody runs it."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """Whether Muster may look by itself, must ask a second person, or must not run it at all.

    *read-only* may run by itself, under caps; *mutating* may be offered as a remediation behind approval;
    *refused* is not executable as written, even with approval. The order of the members is their strictness.
    """

    READ_ONLY = "read-only"
    MUTATING = "mutating"
    REFUSED = "refused"

    def at_least(self, other: "Verdict") -> "Verdict":
        """The stricter of two verdicts: people and documents may only make one stricter."""
        order = list(Verdict)
        return max(self, other, key=order.index)


class Judgement(Struct, frozen=True):
    """A verdict with the reason a responder reads beside it, and the rewrite when only a bounded form may run."""

    verdict: Verdict
    reason: str
    rewrite: str | None = None
    """The bounded form that may run instead (a limit, one sample, a dropped field); None: it runs as it stands."""
