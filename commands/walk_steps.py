"""What people do with a walk: run its next step, say that it is done, skip it, end the walk, take it back."""

from collections.abc import Mapping
from functools import partial

from commands.answers import Answer, Done, Form, FormWanted, Preparing
from commands.asked import Asked
from commands.finishing import settle
from commands.fix import ask_for
from commands.ports import Ports
from commands.turns import catalog_of, covering, step_at, waiting, walked
from incident import gate, refusal, walking
from incident.change import Change
from incident.course import Turn
from incident.incident import Incident
from incident.plan import draw_up
from incident.runbook import Step, StepKind
from incident.walk import way_back


async def begin(asked: Asked, procedure_id: str, *, ports: Ports) -> Done:
    """Begin to walk a procedure; nothing of it runs yet. Raises NoSuchProcedure, NothingToWalk, WalkGoesOn, Ended."""
    chosen = catalog_of(asked.incident, ports).procedure(procedure_id)
    if chosen is None:
        raise refusal.NoSuchProcedure(asked=procedure_id)
    return await settle(
        asked, ports, lambda it: walking.begin(it, chosen, by=asked.by, cause=asked.cause, now=asked.at)
    )


async def take_step(asked: Asked, turn: Turn, *, ports: Ports) -> Answer:
    """A step's turn: a diagnostic looks, a remediation is asked for; what only a person can say is asked first.

    Raises NoSuchWalk, WalkEnded, NotItsTurn, NoSuchStep, Ended, and whatever the gate refuses.
    """
    _, leg = turn.among(asked.incident)
    if leg.kind is StepKind.MANUAL:
        if leg.only_waits:
            return await done(asked, turn, note="", value="", ports=ports)
        return form_for(Form.STEP_DONE, asked, turn, ports=ports)
    step = _step(asked.incident, turn, ports)
    if leg.kind is StepKind.REMEDIATION:
        # Nobody fills in a form for what could not even be asked.
        gate.check_stop(await ports.store.stopped())
        walk, _ = turn.among(asked.incident)
        part = await covering(walk, turn.index, ports)
        if part is not None:
            given = {name: str(value) for name, value in part.plan.parameters.items()}
            return await run(asked, turn, parameters=given, ports=ports, under=walk.whole)
    unknown = any(each.default is None for each in step.parameters)
    if unknown or (step.parameters and leg.kind is StepKind.REMEDIATION):
        return form_for(Form.STEP_RUN, asked, turn, ports=ports)
    return await run(asked, turn, parameters={}, ports=ports)


def form_for(form: Form, asked: Asked, turn: Turn, *, ports: Ports) -> FormWanted:
    """The form for a step of a walk, with what the catalog says of it. Raises WalkEnded, NotItsTurn."""
    walk, _ = turn.among(asked.incident)
    walk.turn(turn.index, turn.tries, holding=form is Form.STEP_SKIP)
    step = step_at(walk, turn.index, ports.runbooks.catalog(asked.incident.system))
    return FormWanted(form=form, incident=asked.incident, turn=turn, step=step)


async def run(asked: Asked, turn: Turn, *, parameters: Mapping[str, str], ports: Ports, under: str = "") -> Answer:
    """Run a diagnostic, or ask for a remediation, with a person's parameters; ``under`` an approval for all of them.

    Raises BadParameter, NotRunnable, and as ``take_step``.
    """
    _, leg = turn.among(asked.incident)
    step = _step(asked.incident, turn, ports)
    if leg.kind is StepKind.REMEDIATION:
        asks = partial(walking.request, walk_id=turn.walk, index=turn.index, tries=turn.tries, under=under)
        await ask_for(asked, step, parameters, asks, ports=ports)
        return Preparing(incident=asked.incident, title=step.title)
    # Whoever asks is told now what could not be run.
    environment = ports.executors.environment(step.target) if step.target else ""
    draw_up(step, parameters, catalog=catalog_of(asked.incident, ports), environment=environment)

    def runs(it: Incident) -> Change:
        walk, _ = turn.among(it)
        return walking.run(
            it, walk, turn.index, given=parameters, tries=turn.tries, by=asked.by, cause=asked.cause, now=asked.at
        )

    return await settle(asked, ports, runs)


async def done(asked: Asked, turn: Turn, *, note: str, value: str, ports: Ports) -> Done:
    """A person did a manual step. Raises NotManual, NothingSaid, and as ``take_step``."""

    def ticked(it: Incident) -> Change:
        walk, _ = turn.among(it)
        return walking.done(
            it,
            walk,
            turn.index,
            note=note,
            value=value,
            tries=turn.tries,
            by=asked.by,
            cause=asked.cause,
            now=asked.at,
        )

    return await settle(asked, ports, ticked)


async def skip(asked: Asked, turn: Turn, *, reason: str, ports: Ports) -> Done:
    """A step is not done, or a wait is cut short, for a reason. Raises NothingSaid, and as ``take_step``."""

    async def skipped(it: Incident) -> Change:
        walk, _ = turn.among(it)
        return walking.skip(
            it,
            walk,
            turn.index,
            reason=reason,
            tries=turn.tries,
            waiting=await waiting(it, walk, ports),
            by=asked.by,
            cause=asked.cause,
            now=asked.at,
        )

    return await settle(asked, ports, skipped)


async def abort(asked: Asked, walk_id: str, *, reason: str, ports: Ports) -> Done:
    """End a walk before its end. Raises NoSuchWalk, WalkEnded, NothingSaid."""

    async def aborted(it: Incident) -> Change:
        walk = it.walk(walk_id)
        waits = await waiting(it, walk, ports)
        return walking.abort(it, walk, reason=reason, waiting=waits, by=asked.by, cause=asked.cause, now=asked.at)

    return await settle(asked, ports, aborted)


async def roll_back(asked: Asked, walk_id: str, *, reason: str, ports: Ports) -> Done:
    """Take back what a walk did, the last step first; one under way is ended by that.

    Raises NoSuchWalk, WalkGoesOn, NothingToTakeBack, NothingSaid, Ended.
    """

    async def taken_back(it: Incident) -> Change:
        walk = it.walk(walk_id)
        procedure = walked(walk, ports.runbooks.catalog(it.system))
        legs = way_back(walk, procedure.steps if procedure is not None else ())
        waits = await waiting(it, walk, ports)
        return walking.roll_back(
            it, walk, legs, reason=reason, waiting=waits, by=asked.by, cause=asked.cause, now=asked.at
        )

    return await settle(asked, ports, taken_back)


def _step(incident: Incident, turn: Turn, ports: Ports) -> Step:
    walk, leg = turn.among(incident)
    step = step_at(walk, turn.index, ports.runbooks.catalog(incident.system))
    if step is None:
        raise refusal.NoSuchStep(asked=leg.title, offered=())
    return step
