"""Buttons and menus: the one table from what was clicked to what it does. Only whoever clicked sees a refusal."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import answers, forms, modals, modals_fix, modals_proof, private
from bot.slack.click import Click, Handled, Window, click_of
from bot.slack.names import Action, Choice, unpack
from bot.slack.tasks import Tasks
from bot.slack.walk_clicks import walk_clicks
from bot.words.sentences import refusal_phrase
from commands import menu
from commands.acknowledge import acknowledge
from commands.answer_approval import approve, cancel, may_break_glass, may_reject
from commands.answers import Answer, Form, FormWanted
from commands.asked import Asked, ask_further, procedure_of
from commands.bring_in import bring_in
from commands.deciding import known
from commands.diagnose import diagnose
from commands.find_effect import may_find
from commands.fix import fix, with_values
from commands.outage import Outage
from commands.ports import Ports
from commands.postmortem import postmortem
from commands.procedure import procedure
from commands.show import show
from commands.take_role import give_role
from commands.undo import undo
from incident.refusal import Refused
from incident.responder import Role, UserId


class Clicks:
    """The listener of every button and menu."""

    def __init__(self, ports: Ports, tasks: Tasks) -> None:
        self._ports = ports
        self._tasks = tasks
        self._table: Final[Mapping[str, Callable[[Click], Awaitable[Handled]]]] = {
            Action.ACKNOWLEDGE: self._acknowledge,
            Action.UPDATE: self._form(Form.UPDATE),
            Action.RESOLVE: self._form(Form.RESOLVE),
            Action.DIAGNOSE: self._diagnose,
            Action.FIX: self._fix,
            Action.MORE: self._more,
            Action.SHOW: self._show,
            Action.JOIN: self._join,
            Action.TAKE_ROLE: self._take_role,
            Action.TICK: self._tick,
            Action.UNTICK: self._untick,
            Action.APPROVE: self._approve,
            Action.REJECT: self._reject,
            Action.BREAK_GLASS: self._break_glass,
            Action.CANCEL: self._cancel,
            Action.FIND_EFFECT: self._find_effect,
            Action.UNDO: self._undo,
            Action.PROOF: self._proof,
            Action.POSTMORTEM: self._postmortem,
            Action.POSTMORTEM_DONE: self._postmortem_done,
            Action.CHOOSE_STEP: self._choose_step,
            Action.PICK: self._pick,
            Action.DECLARE: self._declare,
            **walk_clicks(ports),
        }

    async def clicked(
        self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """Acknowledge at once, then do it; a refusal is an answer that only whoever clicked sees."""
        await ack()
        click = click_of(body)
        does = self._table.get(click.action.partition(":")[0])
        if does is None:
            return
        try:
            handled = await does(click)
        except Refused as refused:
            handled = answers.refused(refused)
        except Outage as outage:
            handled = answers.said((answers.not_now(outage),))
        await self._give(handled, click, client, respond)

    async def shortcut(
        self, ack: AsyncAck, body: Mapping[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        """*Declare an incident* from anywhere in Slack."""
        await ack()
        view = self._view(FormWanted(form=Form.DECLARE), UserId(body["user"]["id"])).view
        await private.show(client, respond, view, trigger=body["trigger_id"])

    async def _give(self, handled: Handled, click: Click, client: AsyncWebClient, respond: AsyncRespond) -> None:
        if handled is None:
            return
        if not isinstance(handled, Window):
            rendered = handled if isinstance(handled, dict) else answers.answered(handled)
            await private.tell(respond, rendered)
        elif click.view is not None and click.view.get("type") == "modal":
            await private.replace(client, handled.view, view_id=click.view["id"], view_hash=click.view["hash"])
        else:
            await private.show(client, respond, handled.view, trigger=click.trigger)

    async def _asked(self, click: Click, incident_id: str, words: str = "") -> Asked:
        about = await known(self._ports.store, incident_id)
        return Asked(by=click.by, words=words, cause=click.cause, at=self._ports.clock(), about=about)

    def _bare(self, click: Click) -> Asked:
        return Asked(by=click.by, words="", cause=click.cause, at=self._ports.clock())

    def _view(self, wanted: FormWanted, by: UserId) -> Window:
        runbooks = self._ports.runbooks
        return Window(forms.wanted(wanted, by=by, systems=runbooks.systems, system=runbooks.default()))

    def _form(self, form: Form) -> Callable[[Click], Awaitable[Handled]]:
        async def opened(click: Click) -> Handled:
            return self._view(ask_further(await self._asked(click, click.value), form), click.by)

        return opened

    async def _acknowledge(self, click: Click) -> Handled:
        done = await acknowledge(await self._asked(click, click.value), ports=self._ports)
        # Elsewhere than in its channel, nothing that whoever clicked sees changes by it.
        return None if click.channel == done.incident.home.channel else done

    async def _diagnose(self, click: Click) -> Handled:
        return await diagnose(await self._asked(click, click.value), ports=self._ports)

    async def _fix(self, click: Click) -> Handled:
        return await self._formed(await fix(await self._asked(click, click.value), ports=self._ports), click)

    async def _more(self, click: Click) -> Handled:
        choice, incident_id = unpack(click.value, 2)
        asked = await self._asked(click, incident_id)
        if Choice(choice) is Choice.PROCEDURE:
            return await procedure(asked, ports=self._ports)
        wanted = {Choice.SEVERITY: Form.SEVERITY, Choice.ROLE: Form.ROLE, Choice.NOTE: Form.NOTE}.get(Choice(choice))
        if wanted is None:
            return await show(asked, ports=self._ports)
        if wanted is Form.NOTE:
            return self._view(FormWanted(form=wanted, incident=asked.incident), click.by)
        return self._view(ask_further(asked, wanted), click.by)

    async def _show(self, click: Click) -> Handled:
        return await show(await self._asked(click, click.value), ports=self._ports)

    async def _join(self, click: Click) -> Handled:
        await bring_in(await self._asked(click, click.value), ports=self._ports)
        return None

    async def _take_role(self, click: Click) -> Handled:
        incident_id, role = unpack(click.value, 2)
        asked = await self._asked(click, incident_id)
        await give_role(asked, role=Role(role), user=click.by, ports=self._ports)
        return None

    async def _tick(self, click: Click) -> Handled:
        return await self._turn(click, "")

    async def _untick(self, click: Click) -> Handled:
        return await self._turn(click, " undo")

    async def _turn(self, click: Click, turn: str) -> Handled:
        incident_id, number = unpack(click.value, 2)
        await menu.ask(await self._asked(click, incident_id, f"check {number}{turn}"), ports=self._ports)
        return None

    async def _approve(self, click: Click) -> Handled:
        await approve(self._bare(click), click.value, ports=self._ports)
        return None

    async def _reject(self, click: Click) -> Handled:
        return Window(modals_fix.reject(await may_reject(self._bare(click), click.value, ports=self._ports)))

    async def _break_glass(self, click: Click) -> Handled:
        return Window(modals_fix.break_glass(await may_break_glass(self._bare(click), click.value, ports=self._ports)))

    async def _cancel(self, click: Click) -> Handled:
        await cancel(self._bare(click), click.value, ports=self._ports)
        return None

    async def _find_effect(self, click: Click) -> Handled:
        return Window(modals_fix.find_effect(await may_find(self._bare(click), click.value, ports=self._ports)))

    async def _undo(self, click: Click) -> Handled:
        return await self._formed(await undo(self._bare(click), click.value, ports=self._ports), click)

    async def _proof(self, click: Click) -> Handled:
        found = await self._ports.store.finding(click.value)
        if found is None:
            return Window(modals.sorry("Proof", "This finding is not kept any longer."))
        return Window(modals_proof.proof(found))

    async def _postmortem(self, click: Click) -> Handled:
        return await postmortem(await self._asked(click, click.value), ports=self._ports)

    async def _postmortem_done(self, click: Click) -> Handled:
        return await postmortem(await self._asked(click, click.value, "done"), ports=self._ports)

    async def _choose_step(self, click: Click) -> Handled:
        if click.view is None:
            return None
        (incident_id,) = unpack(click.view["private_metadata"].partition("\n")[0], 1)
        incident = await known(self._ports.store, incident_id)
        procedure = procedure_of(incident, self._ports)
        if procedure is None:
            return Window(modals.sorry("Fix", "The runbook was changed: open the form again."))
        try:
            chosen = await with_values(incident, procedure, procedure.step(click.value), ports=self._ports)
            return Window(modals_fix.fix_step(incident, procedure, chosen))
        except Refused as refused:
            return Window(modals.sorry("Fix", refusal_phrase(refused)))

    async def _pick(self, click: Click) -> Handled:
        incident_id, words = unpack(click.value, 2)
        return await self._formed(
            await menu.ask(await self._asked(click, incident_id, words), ports=self._ports), click
        )

    async def _declare(self, click: Click) -> Handled:
        return self._view(FormWanted(form=Form.DECLARE), click.by)

    async def _formed(self, answer: Answer, click: Click) -> Handled:
        return self._view(answer, click.by) if isinstance(answer, FormWanted) else answer
