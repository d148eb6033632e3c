"""One incident in the words of its post-mortem: people as roles, times in UTC, evidence as links, gaps as sentences."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.exports import sentences
from bot.exports.escaping import Markdown, code, fence, inline, link, quotation
from bot.words.findings import amount
from bot.words.phrase import When, Who, fill, plain
from bot.words.sentences import comparison_words, event_phrase
from incident.approval import Approval
from incident.blameless import Advice
from incident.clock import ClockKind
from incident.digest import Facts, canonical
from incident.finding import Comparison, Finding
from incident.incident import FollowUp, Place
from incident.postmortem import Draft, Question, Record, Remediation
from incident.responder import MUSTER, Actor, UserId, person
from incident.review import Remark, Seed
from incident.timeline import Event, Kind, Link
from incident.times import Duration, Instant, Measure, Point, Silence

_MENTION: Final = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>|\b([UW][A-Z0-9]{2,})\b")
_MARKS: Final[Mapping[Kind | None, str]] = {
    Kind.DECLARED: "the declaration",
    Kind.UPDATED: "the update",
    Kind.REOPENED: "the reopening",
    Kind.RESOLVED: "the resolution",
    None: "the writing of this draft",
}


class Page:
    """What the template puts into the document. Whatever it returns as plain text, the template escapes."""

    def __init__(self, record: Record, draft: Draft, chat: Callable[[Place], str] | None) -> None:
        self.record = record
        self.draft = draft
        self._chat = chat
        self._findings = {finding.id: n for n, finding in enumerate(record.findings, 1)}
        self._approvals = {approval.id: n for n, approval in enumerate(record.approvals, 1)}
        self._changes = {each.id for each in record.changes}
        self._alerts = {each.id: n for n, each in enumerate(record.alerts, 1)}
        shown = [link.event.at for link in draft.timeline if link.event is not None]
        self.days = sorted({f"{at.astimezone(UTC):%Y-%m-%d}" for at in shown})

    # People

    def part(self, actor: Actor, at: datetime | None = None) -> str:
        """Whoever acted, by their role at that moment."""
        return self.draft.cast.part(actor, at or self.draft.written_at)

    def person(self, user: UserId, at: datetime | None = None) -> str:
        """A person by their role at that moment."""
        return self.part(person(user), at)

    def deciders(self, request: Approval) -> str:
        """Whoever rejected a request, or all who said yes to it."""
        people = request.yes if request.decided_by in request.yes else (request.decided_by,)
        return ", ".join(self.person(each, request.decided_at) for each in people if each is not None)

    def roles(self, user: UserId) -> str:
        """The roles that a person held, when, and from whom they took each over."""
        spans = (
            f"{held.role} from {self.clock(held.since)}"
            + (f" to {self.clock(held.until)}" if held.until else "")
            + (f", taken over from {self.draft.cast.letters[held.taken_from]}" if held.taken_from else "")
            for held in self.draft.cast.roles_of(user)
        )
        return "; ".join(spans) or "responder"

    def nameless(self, words: object) -> str:
        """What somebody wrote, with every person whom it names by the chat's id as ``person A``."""
        return _MENTION.sub(self._letter, str(words))

    def _letter(self, found: re.Match[str]) -> str:
        letter = self.draft.cast.letters.get(UserId(found[1] or found[2]))
        return f"person {letter}" if letter else "somebody" if found[1] else found[0]

    # Words that come from data: escaped, and without names

    def text(self, words: object) -> Markdown:
        """One line of somebody's or something's words."""
        return inline(self.nameless(words).strip())

    def quote(self, words: object) -> Markdown:
        """Words as a block quote."""
        return quotation(self.nameless(words))

    def verbatim(self, words: object) -> Markdown:
        """A command or an output."""
        return fence(self.nameless(words))

    def code(self, words: object) -> Markdown:
        """A name, a value or a digest, outside of tables."""
        return code(self.nameless(words))

    # Times

    def moment(self, at: datetime | None) -> str:
        """``2026-03-14 09:12:05``, UTC; a dash for a time nobody recorded."""
        return "–" if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    def clock(self, at: datetime) -> str:
        """The time alone when everything happened on one day, else with the date."""
        return f"{at.astimezone(UTC):%H:%M:%S}" if len(self.days) <= 1 else self.moment(at)

    def due(self, left: FollowUp) -> Markdown:
        """By when a follow-up is to be done, or when it was: by which request, or by hand."""
        if left.done_at is None:
            return Markdown(self.moment(left.due_at))
        by_request = left.done_by in self._approvals
        how = f"by {self._reference(f'approval:{left.done_by}')}" if by_request else "by hand"
        return Markdown(f"**Done** {self.moment(left.done_at)} {how}")

    def span(self, length: timedelta | None) -> str:
        """A duration to the second: ``2 h 5 min 3 s``; a dash for an unknown one."""
        return "–" if length is None else exact(length)

    def duration(self, duration: Duration) -> str:
        """How long it took, or why that cannot be said."""
        if duration.took is not None:
            inferred = any(self.draft.instant(end).inferred for end in (duration.start, duration.end))
            return exact(duration.took) + (", its end taken from the resolution" if inferred else "")
        if duration.unknown:
            return "not known: no record of " + " and ".join(f"“{point.value}”" for point in duration.unknown)
        return "not told: its end is recorded before its start"

    def silence(self, silence: Silence) -> str:
        """How long nothing was said, and between what."""
        after, before = _MARKS[silence.after], _MARKS[silence.before]
        ends = f"{after} ({self.clock(silence.since)}) to {before} ({self.clock(silence.until)})"
        return f"{exact(silence.length)}, from {ends}"

    # What happened

    def sentence(self, event: Event) -> Markdown:
        """An event in one line; whoever acted stands beside it, so that it need not begin with them."""
        phrase = event_phrase(event)
        subject = phrase[:1] == (Who(event.actor),)
        words = plain(phrase[subject:], lambda actor: self.part(actor, event.at), self._when)
        return self.text(words if subject else words[:1].upper() + words[1:])

    def happened(self, line: Link) -> Markdown:
        """A line of the timeline; one whose content was removed says so."""
        return self.sentence(line.event) if line.event else Markdown("_The content of this line was removed._")

    def remark(self, remark: Remark) -> Markdown:
        """A gap, or something for the review to look at."""
        phrase = fill(sentences.REMARKS[remark.kind], _in_words(remark), Actor(str(remark.facts.get("actor", MUSTER))))
        words = plain(phrase, lambda actor: self.part(actor, remark.at), self._when)
        return self.text(words[:1].upper() + words[1:])

    def ask(self, question: Question) -> Markdown:
        """A question to a person, marked; empty when this incident gives no occasion for it."""
        if question not in self.draft.questions:
            return Markdown("")
        return Markdown(f"> _To fill in:_ {sentences.QUESTIONS[question]}")

    def overview(self) -> str:
        """The incident in a few sentences, made of known times only."""
        incident = self.record.incident
        began = self.draft.instant(Point.IMPACT_START).at
        took = {each.measure: each.took for each in self.draft.durations}
        detect = took[Measure.DETECT]
        since = [
            f"{each.end} {exact(each.took)}"
            for each in self.draft.durations
            if each.start is Point.DECLARED and each.took is not None and not self.draft.instant(each.end).inferred
        ]
        said = (
            f"A {incident.severity} in {incident.system}.",
            f"It began at {self.moment(began)} UTC, the monitor says." if began else "When it began is not on record.",
            f"It was declared at {self.moment(incident.declared_at)} UTC by {self.part(incident.declared_by)}"
            + (f", {exact(detect)} after it began." if detect is not None else "."),
            *(
                f"“{self.approval(each).plan.title}” ran, and the diagnostics were healthy after it."
                for each in self._healing()
            ),
            f"It was {_listed(since)} after the declaration." if since else "",
            f"When this was written, its status was {incident.status}." if incident.open else "",
        )
        return self.nameless(" ".join(sentence for sentence in said if sentence))

    def _healing(self) -> Iterable[Remediation]:
        return (each for each in self.draft.remediations if each.comparison is Comparison.HEALED)

    def _when(self, moment: When) -> str:
        return f"{self.moment(moment.at) if moment.day else self.clock(moment.at)} UTC"

    # Evidence

    def evidence(self, references: Iterable[str]) -> Markdown:
        """Links to what proves it: within this document, or into the chat."""
        return Markdown(", ".join(self._reference(reference) for reference in references) or "–")

    def _reference(self, reference: str) -> Markdown:
        kind, _, name = reference.partition(":")
        numbered = {"finding": self._findings, "approval": self._approvals, "alert": self._alerts}.get(kind, {})
        if name in numbered:
            words = {"finding": "finding", "approval": "remediation", "alert": "alert"}[kind]
            heading = "#alerts" if kind == "alert" else f"#{words}-{numbered[name]}"
            return link(f"{words} {numbered[name]}", heading)
        if kind == "change":
            return link("change", "#trigger-and-contributing-factors") if name in self._changes else Markdown("change")
        if kind == "message":
            return self._message(*name.partition("/")[::2])
        return self.text(f"file {name.rpartition('/')[2]}" if kind == "file" else f"{kind} {name}")

    def _message(self, channel: str, timestamp: str) -> Markdown:
        """A direct message is named and not linked: nobody else can open it, and its address would name the person."""
        if channel[:1] in ("U", "W", "D"):
            return Markdown("direct message")
        if self._chat is None:
            return self.text(f"message {timestamp} in {channel}")
        return link("message", self._chat(Place(channel=channel, thread=timestamp or None)))

    def links(self, addresses: Mapping[str, str]) -> Markdown:
        """A monitor's own links."""
        return Markdown(", ".join(link(name, address) for name, address in sorted(addresses.items())) or "–")

    # Findings and remediations

    def approval(self, remediation: Remediation) -> Approval:
        """The request that a remediation of the draft is about."""
        return self.record.approvals[self._approvals[remediation.approval] - 1]

    def of_findings(self, ids: Iterable[str]) -> Markdown:
        """Links to findings."""
        return self.evidence(f"finding:{each}" for each in ids)

    def value(self, finding: Finding) -> str:
        """What it saw, in a word or a number, where it saw anything of that kind."""
        return amount(finding.sight)

    def health(self, finding: Finding) -> str:
        """Whether what was seen is healthy, as far as the runbook says what that is."""
        if finding.sight.error:
            return "could not look"
        if finding.critical:
            return "critical"
        return {True: "healthy", False: "not healthy", None: "nothing said of what is healthy"}[finding.healthy]

    def comparison(self, comparison: Comparison | None) -> str:
        """The before/after verdict."""
        return comparison_words(comparison) if comparison else "Not compared with the diagnostics."

    def receipt(self, facts: Facts) -> Markdown:
        """What the executor swore to, as names and values."""
        pairs = (f"{name} {fact if isinstance(fact, str) else canonical(fact)}" for name, fact in sorted(facts.items()))
        return self.text("; ".join(pairs))

    def provenance(self, instant: Instant) -> str:
        """How a time is known."""
        return instant.provenance.value if instant.provenance else "not on record"


def _in_words(remark: Remark) -> dict[str, object]:
    """A remark's facts with the words for those that are named values or seconds."""
    facts: dict[str, object] = {**remark.facts, "at": remark.at}
    if remark.kind is Seed.CLOCK_BREACHED:
        allowed, took = (facts.get(name) for name in ("allowed_seconds", "took_seconds"))
        facts["clock"] = sentences.CLOCKS[ClockKind(str(facts["clock"]))].lower()
        facts["allowed"] = _seconds(allowed)
        facts["end"] = "did not come" if took is None else f"came after {_seconds(took)}"
    if remark.kind is Seed.LINGERING:
        facts["lingering"] = sentences.LINGERING[str(facts["lingering"])]
    if remark.kind is Seed.WORDING:
        facts["advice"] = sentences.ADVICE[Advice(str(facts["advice"]))]
    return facts


def _seconds(count: object) -> str:
    return exact(timedelta(seconds=float(str(count))))


def _listed(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), words[-1]) if part)


def exact(length: timedelta) -> str:
    """A duration to the second, below ten seconds to the tenth; a minus before a negative one."""
    seconds = abs(length.total_seconds())
    if seconds < 10:
        words = f"{seconds:.1f}".removesuffix(".0") + " s"
    else:
        left, parts = round(seconds), []
        for unit, size in (("d", 86400), ("h", 3600), ("min", 60), ("s", 1)):
            count, left = divmod(left, size)
            parts.append(f"{count} {unit}" if count else "")
        words = " ".join(part for part in parts if part)
    return f"−{words}" if length < timedelta(0) else words
