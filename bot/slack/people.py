"""Who somebody is in the workspace, by their address, and what their address is."""

from bot.slack.chat import SlackChat
from bot.slack.faults import Refusal
from incident.responder import UserId

URGENCY = 1


class Addresses:
    """Asks Slack about single people. Raises Outage when Slack cannot say."""

    def __init__(self, chat: SlackChat) -> None:
        self._chat = chat

    async def person(self, address: str) -> UserId | None:
        """Whoever has that address; None when nobody has."""
        try:
            user = (await self._chat.call("users.lookupByEmail", URGENCY, email=address))["user"]
        except Refusal as no:
            if no.code != "users_not_found":
                raise
            return None
        return None if user.get("deleted") else UserId(str(user["id"]))

    async def address(self, user: UserId) -> str:
        """The address of a person; empty when Slack shows none."""
        found = (await self._chat.call("users.info", URGENCY, user=user))["user"]
        return str((found.get("profile") or {}).get("email") or "")
