"""``/incident role commander @ana``: who leads, who writes, who informs. Without a name it is whoever asks."""

from typing import Final

from commands.answers import Answer, Done, Form
from commands.asked import Asked, ask_further, first_word, mentioned
from commands.finishing import settle
from commands.ports import Kept
from incident import refusal, working
from incident.responder import ROLE_WORDS, Role, UserId

_SELF: Final = {"me", "myself", "@me"}


async def take_role(asked: Asked, *, ports: Kept) -> Answer:
    """A role and an @mention, whichever comes first; without a role the form is shown.

    Raises NoSuchRole, NoSuchPerson, Ended, AlreadySo.
    """
    head, rest = first_word(asked.words)
    if mentioned(head) is not None:
        (head, more), person = first_word(rest), head
        rest = f"{person} {more}".strip()
    if not head:
        return ask_further(asked, Form.ROLE)
    role = ROLE_WORDS.get(head.lower().strip(":,"))
    if role is None:
        raise refusal.NoSuchRole(asked=head, offered=tuple(each.value for each in Role))
    named = asked.by if rest.lower() in _SELF else mentioned(rest)
    if rest.strip() and named is None:
        raise refusal.NoSuchPerson(asked=rest.strip())
    return await give_role(asked, role=role, user=named or asked.by, ports=ports)


async def give_role(asked: Asked, *, role: Role, user: UserId, ports: Kept) -> Done:
    """Give a role to a person. Raises Ended, AlreadySo."""
    return await settle(
        asked,
        ports,
        lambda it: working.take_role(it, role=role, user=user, by=asked.actor, cause=asked.cause, now=asked.at),
    )
