"""One form as Slack delivers it when it was sent."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from bot.slack.fields import Values
from bot.slack.names import unpack
from incident.responder import UserId


class Sent(Struct, frozen=True, kw_only=True):
    """One form that was sent: by whom, what it is about, what was put in. The view's id makes it happen once."""

    by: UserId
    form: str
    about: str
    """What its private metadata names: ids, put together by ``pack``."""
    values: Values
    view: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """The first of those ids."""
        return unpack(self.about, 1)[0].partition("\n")[0]

    @property
    def cause(self) -> str:
        """The same form sent twice is one effect."""
        return f"view:{self.view['id']}"


def sent_of(body: Mapping[str, Any]) -> Sent:
    """The form in a delivery."""
    view = body["view"]
    return Sent(
        by=UserId(body["user"]["id"]),
        form=view["callback_id"],
        about=view.get("private_metadata") or "",
        values=view["state"]["values"],
        view=view,
    )
