"""Forms that were sent: the one table from a form to the command it fills. An error goes to the field it is about."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.slack import answers, modals, modals_fix
from bot.slack.blocks import bold, paragraph, text
from bot.slack.fields import value_of
from bot.slack.modals import View
from bot.slack.names import Field, Form
from bot.slack.sent import Sent, sent_of
from bot.slack.walk_forms import walk_forms
from bot.words.sentences import actor_words, refusal, refusal_phrase
from commands.answer_approval import break_glass, reject
from commands.asked import Asked
from commands.change_severity import change_severity_to
from commands.deciding import known
from commands.declare import declare_filled
from commands.find_effect import find_effect
from commands.fix import fix_filled
from commands.note import note_said
from commands.outage import Outage
from commands.ports import Ports
from commands.resolve import resolve_filled
from commands.take_role import give_role
from commands.update import update_filled
from incident.effect import Effect
from incident.refusal import Refused
from incident.responder import Actor, user_of


class SentForms:
    """The listener of every form."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._table: Final[Mapping[str, Callable[[Sent], Awaitable[View | None]]]] = {
            Form.DECLARE: self._declare,
            Form.UPDATE: self._update,
            Form.RESOLVE: self._resolve,
            Form.SEVERITY: self._severity,
            Form.ROLE: self._role,
            Form.NOTE: self._note,
            Form.FIX: self._fix,
            Form.FIX_STEP: self._fix,
            Form.REJECT: self._reject,
            Form.BREAK_GLASS: self._break_glass,
            Form.FIND_EFFECT: self._find_effect,
            **walk_forms(ports),
        }

    async def sent(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Do it, then close the form, or show what is wrong in it. Nothing is changed by a form that stays open."""
        sent = sent_of(body)
        does = self._table.get(sent.form)
        if does is None:
            await ack()
            return
        try:
            shown = await does(sent)
        except Refused as refused:
            await self._refuse(ack, sent, refused)
            return
        except Outage as outage:
            await ack(response_action="update", view=modals.sorry("Not done", answers.not_now(outage)))
            return
        if shown is None:
            await ack()
        else:
            await ack(response_action="update", view=shown)

    async def _refuse(self, ack: AsyncAck, sent: Sent, refused: Refused) -> None:
        errors = modals.field_errors(refused, refusal(refused, _unnamed), sent.view["blocks"])
        if errors:
            await ack(response_action="errors", errors=errors)
        else:
            await ack(response_action="update", view=modals.sorry("Not done", refusal_phrase(refused)))

    async def _asked(self, sent: Sent, incident_id: str) -> Asked:
        about = await known(self._ports.store, incident_id)
        return Asked(by=sent.by, words="", cause=sent.cause, at=self._ports.clock(), about=about)

    async def _declare(self, sent: Sent) -> View | None:
        filled = modals.read_declare(sent.values)
        asked = Asked(by=sent.by, words="", cause=sent.cause, at=self._ports.clock())
        declared = await declare_filled(
            asked,
            title=filled.title,
            level=filled.severity,
            ports=self._ports,
            summary=filled.summary,
            system=filled.system or None,
        )
        incident = declared.incident
        return modals.told(
            incident.key,
            [
                paragraph([bold(f"{incident.key} is declared.")]),
                paragraph([
                    text(
                        "Its channel opens now and you are invited to it. When Slack's limit on new channels holds "
                        "it back, work in its thread in the announcements channel until it comes."
                    )
                ]),
            ],
        )  # fmt: skip

    async def _update(self, sent: Sent) -> View | None:
        filled = modals.read_update(sent.values)
        await update_filled(
            await self._asked(sent, sent.subject),
            text=filled.text,
            status=filled.status,
            impact=filled.impact,
            following=filled.next,
            ports=self._ports,
        )
        return None

    async def _resolve(self, sent: Sent) -> View | None:
        filled = modals.read_resolve(sent.values)
        asked = await self._asked(sent, sent.subject)
        impact = filled.impact_note
        await resolve_filled(asked, fix=filled.fix, lingering=filled.lingering, impact=impact, ports=self._ports)
        return None

    async def _severity(self, sent: Sent) -> View | None:
        filled = modals.read_severity(sent.values)
        asked = await self._asked(sent, sent.subject)
        await change_severity_to(asked, level=filled.severity, reason=filled.reason, ports=self._ports)
        return None

    async def _role(self, sent: Sent) -> View | None:
        filled = modals.read_role(sent.values)
        asked = await self._asked(sent, sent.subject)
        await give_role(asked, role=filled.role, user=filled.user, ports=self._ports)
        return None

    async def _note(self, sent: Sent) -> View | None:
        asked = await self._asked(sent, sent.subject)
        await note_said(asked, text=modals.read_note(sent.values), ports=self._ports)
        return None

    async def _fix(self, sent: Sent) -> View | None:
        wish = modals_fix.read_fix(sent.values)
        asked = await self._asked(sent, sent.subject)
        undoes = modals_fix.read_undone(sent.about, wish)
        await fix_filled(asked, step_id=wish.step, parameters=wish.parameters, undoes=undoes, ports=self._ports)
        return None

    async def _reject(self, sent: Sent) -> View | None:
        asked = Asked(by=sent.by, words="", cause=sent.cause, at=self._ports.clock())
        await reject(asked, sent.subject, reason=modals_fix.read_reason(sent.values), ports=self._ports)
        return None

    async def _break_glass(self, sent: Sent) -> View | None:
        asked = Asked(by=sent.by, words="", cause=sent.cause, at=self._ports.clock())
        await break_glass(asked, sent.subject, reason=modals_fix.read_reason(sent.values), ports=self._ports)
        return None

    async def _find_effect(self, sent: Sent) -> View | None:
        asked = Asked(by=sent.by, words="", cause=sent.cause, at=self._ports.clock())
        effect, note = Effect(value_of(sent.values, Field.EFFECT)), value_of(sent.values, Field.NOTE)
        await find_effect(asked, sent.subject, effect, note=note, ports=self._ports)
        return None


def _unnamed(actor: Actor) -> str:
    """Whoever acted, beside a field, where Slack makes no name of a person's id."""
    return "somebody" if user_of(actor) else actor_words(actor)
