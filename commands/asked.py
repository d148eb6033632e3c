"""What a person asked: who, in which words, about which incident, and the delivery that makes it happen only once."""

from datetime import datetime

from msgspec import Struct

from commands.answers import Form, FormWanted
from commands.ports import Ground
from incident import refusal
from incident.incident import Incident
from incident.responder import Actor, UserId, person
from incident.runbook import Procedure


class Asked(Struct, frozen=True, kw_only=True):
    """One command of one person. ``words`` is what follows the verb; ``cause`` is unique to its delivery."""

    by: UserId
    words: str
    cause: str
    at: datetime
    about: Incident | None = None
    terminal: Actor | None = None
    """Whoever gives it at Muster's own terminal, as far as that is known; ``by`` is empty then."""

    @property
    def actor(self) -> Actor:
        """Whoever gives it, as the timeline names them."""
        return self.terminal or person(self.by)

    @property
    def incident(self) -> Incident:
        """The incident that it is about. Raises NoSuchIncident when it was given outside of one."""
        if self.about is None:
            raise refusal.NoSuchIncident(asked=self.words)
        return self.about


def ask_further(asked: Asked, form: Form) -> FormWanted:
    """The form for what a line of text cannot hold. Raises Ended: it is asked of an open incident only."""
    if not asked.incident.open:
        raise refusal.Ended(number=asked.incident.number)
    return FormWanted(form=form, incident=asked.incident)


def procedure_of(incident: Incident, ports: Ground) -> Procedure | None:
    """The runbook's procedure that an incident follows, if it follows one."""
    catalog = ports.runbooks.catalog(incident.system)
    return catalog.procedure(incident.procedure) if catalog else None


def first_word(words: str) -> tuple[str, str]:
    """The first word and the rest of it, whatever blanks or line ends stand between."""
    head, *rest = words.split(maxsplit=1) or [""]
    return head, rest[0].strip() if rest else ""


def mentioned(words: str) -> UserId | None:
    """The person named in a text as the chat writes it: ``<@U02ABC>`` or ``<@U02ABC|ana>``."""
    for word in words.split():
        if word.startswith("<@") and word.endswith(">"):
            return UserId(word[2:-1].split("|")[0])
    return None
