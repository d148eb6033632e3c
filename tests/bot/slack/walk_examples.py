"""Walks of any length, in any state, whose every word is any text."""

from datetime import timedelta

from hypothesis import strategies as st

from commands.messages import WalkMessage
from incident.runbook import StepKind
from incident.walk import Leg, LegState, Walk, WalkState
from tests.bot.slack.examples import ADA, BOB, NOW, TEXT, a_procedure, a_step, any_finding, any_incident, any_request


@st.composite
def any_leg(draw: st.DrawFn) -> Leg:
    """One step of a walk."""
    return Leg(
        step=draw(st.sampled_from(["", "gone", "requeue"])),
        title=draw(TEXT),
        kind=draw(st.sampled_from(StepKind)),
        text=draw(TEXT),
        hold=draw(st.sampled_from([timedelta(0), timedelta(minutes=10)])),
        gives=draw(st.sampled_from(["", "snapshot"])),
        state=draw(st.sampled_from(LegState)),
        by=draw(st.sampled_from([None, ADA])),
        at=draw(st.sampled_from([None, NOW])),
        note=draw(TEXT),
        value=draw(TEXT),
        finding=draw(st.sampled_from([None, "f"])),
        approval=draw(st.sampled_from([None, "a"])),
        hold_ends_at=draw(st.sampled_from([None, NOW])),
        looked_at=draw(st.sampled_from([None, NOW])),
        unhealthy=tuple(draw(st.lists(TEXT, max_size=3))) * 5,
    )


@st.composite
def any_walk_message(draw: st.DrawFn) -> WalkMessage:
    """The message of a walk."""
    incident, words = draw(any_incident()), draw(TEXT)
    legs = tuple(draw(st.lists(any_leg(), min_size=1, max_size=4))) * draw(st.sampled_from([1, 20]))
    walk = Walk(
        id="walk_1",
        procedure="deploy",
        title=words,
        by=ADA,
        begun_at=NOW,
        legs=legs,
        state=draw(st.sampled_from(WalkState)),
        ended_at=NOW,
        ended_by=BOB,
        reason=words,
    )
    step = a_step(title=words, condition=draw(TEXT), written=draw(TEXT))
    return WalkMessage(
        incident=incident,
        walk=walk,
        steps=tuple(step if leg.step == "requeue" else None for leg in legs),
        findings={"f": draw(any_finding())},
        requests={"a": draw(any_request())},
        has_way_back=True,
        watched_by=(words,) * 12,
        instead=(a_procedure(step),) * 5,
    )
