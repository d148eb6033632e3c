"""Who was in it, told by the part they played: the post-mortem's text says *commander A*, names stay in the record."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from incident.incident import Incident
from incident.responder import Actor, Role, UserId, pager_name, terminal_name, user_of
from incident.timeline import Event, Kind, fact

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Held(Struct, frozen=True, kw_only=True):
    """One person holding one role. ``until`` is None when nobody took it over; ``taken_from`` is who held it before."""

    role: Role
    user: UserId
    since: datetime
    until: datetime | None = None
    taken_from: UserId | None = None


class Cast(Struct, frozen=True, kw_only=True):
    """The people of one incident. ``letters`` gives each a letter, in the order in which they came into it."""

    letters: Mapping[UserId, str]
    held: tuple[Held, ...]

    def part(self, actor: Actor, at: datetime) -> str:
        """Whoever acted, as they were called then: ``commander A``, ``responder B``, ``monitor X``, ``Muster``."""
        user = user_of(actor)
        terminal = terminal_name(actor) is not None
        if user is not None:
            return f"{self.part_of(user, at)} at the terminal" if terminal else self.part_of(user, at)
        if terminal:
            return "somebody at the terminal"
        if pager_name(actor) is not None:
            return "somebody in PagerDuty"
        return "Muster" if actor == "muster" else actor.replace(":", " ", 1)

    def part_of(self, user: UserId, at: datetime) -> str:
        """The role that a person held just before, else *responder*, and their letter; *somebody* for a stranger."""
        letter = self.letters.get(user)
        if letter is None:
            return "somebody"
        roles = [h.role.value for h in self.held if h.user == user and h.since < at and (not h.until or at <= h.until)]
        return f"{' and '.join(roles) if roles else 'responder'} {letter}"

    def roles_of(self, user: UserId) -> tuple[Held, ...]:
        """Every role that a person held, in order."""
        return tuple(held for held in self.held if held.user == user)


def cast(incident: Incident, events: Sequence[Event], others: Iterable[UserId] = ()) -> Cast:
    """The people that the record names. ``events`` are in order of time; ``others`` are those only requests name."""
    named = (
        *(user for event in events for user in _named(event)),
        *incident.responders,
        *incident.roles.values(),
        *others,
    )
    users = dict.fromkeys(user for user in named if user)
    return Cast(letters={user: _letter(n) for n, user in enumerate(users)}, held=tuple(_held(events)))


def _named(event: Event) -> tuple[UserId, ...]:
    """The people in one event: who did it, then whom it concerns."""
    listed = event.facts.get("users")
    users = listed if isinstance(listed, (list, tuple)) else ()
    actor = user_of(event.actor)
    return (
        *((actor,) if actor else ()),
        UserId(fact(event, "user")),
        *((UserId(fact(event, "from")),) if event.kind is Kind.ROLE_TAKEN else ()),
        *(UserId(str(user)) for user in users),
    )


def _held(events: Sequence[Event]) -> list[Held]:
    known = {role.value for role in Role}
    taken = [e for e in events if e.kind is Kind.ROLE_TAKEN and fact(e, "role") in known and fact(e, "user")]
    return [
        Held(
            role=Role(fact(event, "role")),
            user=UserId(fact(event, "user")),
            since=event.at,
            until=next((later.at for later in taken[n + 1 :] if fact(later, "role") == fact(event, "role")), None),
            taken_from=UserId(fact(event, "from")) or None,
        )
        for n, event in enumerate(taken)
    ]


def _letter(number: int) -> str:
    """0 → A, 25 → Z, 26 → AA, as columns of a sheet are named."""
    more, last = divmod(number, len(_ALPHABET))
    return (_letter(more - 1) if more else "") + _ALPHABET[last]
