"""The buttons of procedures: begin one, take or skip the step whose turn it is, end it, take it back."""

from collections.abc import Awaitable, Callable, Mapping

from bot.slack.click import Click, Handled, Window
from bot.slack.names import Action, unpack
from bot.slack.walk_modals import turn_of, wanted
from commands.answers import Done, Form, FormWanted, Preparing
from commands.ask_at_once import ask_at_once
from commands.asked import Asked
from commands.deciding import known
from commands.ports import Ports
from commands.walk_steps import begin, form_for, take_step
from incident.course import Turn

Clicked = Callable[[Click], Awaitable[Handled]]


def walk_clicks(ports: Ports) -> Mapping[str, Clicked]:
    """The table from each button to what it does; the walk's own message shows what happened."""

    async def asked(click: Click) -> Asked:
        about = await known(ports.store, click.value.partition("\n")[0])
        return Asked(by=click.by, words="", cause=click.cause, at=ports.clock(), about=about)

    async def begun(click: Click) -> Handled:
        _, procedure = unpack(click.value, 2)
        await begin(await asked(click), procedure, ports=ports)
        return None

    async def asked_at_once(click: Click) -> Handled:
        _, procedure = unpack(click.value, 2)
        return await ask_at_once(await asked(click), procedure, ports=ports)

    async def taken(click: Click) -> Handled:
        it = await asked(click)
        answer = await take_step(it, turn_of(click.value), ports=ports)
        if isinstance(answer, FormWanted):
            return Window(wanted(answer, it.incident))
        return None if isinstance(answer, Done | Preparing) else answer

    async def skipped(click: Click) -> Handled:
        it = await asked(click)
        return Window(wanted(form_for(Form.STEP_SKIP, it, turn_of(click.value), ports=ports), it.incident))

    def ends(form: Form) -> Clicked:
        async def opened(click: Click) -> Handled:
            it = await asked(click)
            _, walk_id = unpack(click.value, 2)
            walk = it.incident.walk(walk_id)
            if form is Form.WALK_ABORT:
                walk.check_going()
            turn = Turn(walk=walk_id, index=0)
            return Window(wanted(FormWanted(form=form, turn=turn), it.incident))

        return opened

    return {
        Action.WALK_BEGIN: begun,
        Action.ASK_AT_ONCE: asked_at_once,
        Action.STEP_TAKE: taken,
        Action.STEP_SKIP: skipped,
        Action.WALK_ABORT: ends(Form.WALK_ABORT),
        Action.WALK_BACK: ends(Form.WALK_BACK),
    }
