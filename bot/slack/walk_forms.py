"""The forms of procedures that were sent: what each makes happen, once, whoever sends it again."""

from collections.abc import Awaitable, Callable, Mapping

from bot.slack.fields import value_of
from bot.slack.modals import View
from bot.slack.modals_fix import read_parameters, read_reason
from bot.slack.names import Field, Form
from bot.slack.sent import Sent
from bot.slack.walk_modals import turn_of
from commands.asked import Asked
from commands.deciding import known
from commands.ports import Ports
from commands.walk_steps import abort, done, roll_back, run, skip


def walk_forms(ports: Ports) -> Mapping[str, Callable[[Sent], Awaitable[View | None]]]:
    """The table from each form to what it does; the walk's own message shows what happened."""

    async def asked(sent: Sent) -> Asked:
        about = await known(ports.store, sent.subject)
        return Asked(by=sent.by, words="", cause=sent.cause, at=ports.clock(), about=about)

    async def ran(sent: Sent) -> View | None:
        parameters = read_parameters(sent.values)
        await run(await asked(sent), turn_of(sent.about), parameters=parameters, ports=ports)
        return None

    async def ticked(sent: Sent) -> View | None:
        note, value = value_of(sent.values, Field.NOTE), value_of(sent.values, Field.VALUE)
        await done(await asked(sent), turn_of(sent.about), note=note, value=value, ports=ports)
        return None

    async def skipped(sent: Sent) -> View | None:
        await skip(await asked(sent), turn_of(sent.about), reason=read_reason(sent.values), ports=ports)
        return None

    async def aborted(sent: Sent) -> View | None:
        await abort(await asked(sent), turn_of(sent.about).walk, reason=read_reason(sent.values), ports=ports)
        return None

    async def taken_back(sent: Sent) -> View | None:
        await roll_back(await asked(sent), turn_of(sent.about).walk, reason=read_reason(sent.values), ports=ports)
        return None

    return {
        Form.STEP_RUN: ran,
        Form.STEP_DONE: ticked,
        Form.STEP_SKIP: skipped,
        Form.WALK_ABORT: aborted,
        Form.WALK_BACK: taken_back,
    }
