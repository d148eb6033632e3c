"""``/incident page @ben we need the database``: call somebody who is not in it, or an escalation policy by its name."""

from commands.answers import Done
from commands.asked import Asked, first_word, mentioned
from commands.finishing import settle
from commands.ports import Ports
from incident import pager_course, refusal


async def page(asked: Asked, *, ports: Ports) -> Done:
    """The person or the policy is the first word, the reason is the rest. Raises NoSuchPerson, Ended.

    A person is called in the chat and, where the team has a pager that knows them, by it.
    """
    head, reason = first_word(asked.words)
    user = mentioned(head)
    policies = ports.pager.policies if ports.pager is not None else {}
    named = next((name for name in policies if name.lower() == head.lower()), None)
    if user is None and named is None:
        raise refusal.NobodyToPage(asked=head, policies=tuple(policies))
    policy = (named, policies[named]) if named is not None else None
    return await settle(
        asked,
        ports,
        lambda it: pager_course.summon(
            it, user=user, policy=policy, reason=reason, by=asked.actor, cause=asked.cause, now=asked.at
        ),
    )
