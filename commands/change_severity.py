"""``/incident severity P1 more users affected``: it is worse, or not so bad; the clocks follow."""

from commands.answers import Answer, Done, Form
from commands.asked import Asked, ask_further, procedure_of, unquoted
from commands.finishing import settle
from commands.ports import Ground
from incident import severity, working
from incident.opening import policy_of
from incident.severity import Severity


async def change_severity(asked: Asked, *, ports: Ground) -> Answer:
    """The level stands first, the reason is the rest; with nothing said the form is shown. Raises NoSuchSeverity."""
    level, reason = severity.of_change(unquoted(asked.words))
    if level is None:
        return ask_further(asked, Form.SEVERITY)
    return await change_severity_to(asked, level=level, reason=reason, ports=ports)


async def change_severity_to(asked: Asked, *, level: Severity, reason: str, ports: Ground) -> Done:
    """Change it, or confirm it, which counts as assessing. Raises Ended."""
    policy = policy_of(ports.settings.policy(asked.incident.system, level), procedure_of(asked.incident, ports))
    return await settle(
        asked,
        ports,
        lambda it: working.change_severity(
            it, to=level, policy=policy, by=asked.actor, reason=reason, cause=asked.cause, now=asked.at
        ),
    )
