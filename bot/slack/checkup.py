"""The answer to ``/incident doctor``: what is off first, each with the reason and what to do, then what is well."""

from collections.abc import Iterable, Iterator

from bot.doctor.remark import Grade, Remark, ok, warn
from bot.doctor.targets import look_at_targets
from bot.slack import fit
from bot.slack.blocks import Element, Rendered, bold, context, fallback, paragraph, rendered, text
from bot.slack.freezes import stop_line
from commands.answers import Checkup, StepsOf

_SIGNS = {Grade.OK: "✅", Grade.WARN: "⚠️", Grade.FAIL: "❌"}
_WORST_FIRST = list(reversed(Grade))
_SHOWN = 30


def checkup(answer: Checkup) -> Rendered:
    """One line for each thing."""
    remarks = sorted(_remarks(answer), key=lambda each: _WORST_FIRST.index(each.grade))
    off = sum(each.grade is Grade.FAIL for each in remarks)
    about = answer.system or "all systems"
    head = f"{about}: {'nothing is off' if not off else '1 thing is off' if off == 1 else f'{off} things are off'}"
    told = [paragraph(*_lines(each)) for each in remarks[:_SHOWN]]
    more = context(f"{len(remarks) - _SHOWN} more are not shown.") if len(remarks) > _SHOWN else None
    return rendered(fallback(head), [paragraph([bold(head)], stop_line(answer.stop)), *told, more])


def _remarks(answer: Checkup) -> Iterator[Remark]:
    yield from look_at_targets(answer.targets)
    yield from _of_runbooks(answer.steps)
    for system in answer.nobody:
        yield warn("on call", f"Nobody is on call for {system}, so nobody is called.", "name people in muster.yaml")
    if answer.dead:
        said = f"Of what monitors sent, {answer.dead} could not be understood."
        yield warn(
            "sources", said, "`muster alerts dead` lists them with the reason; compare them with docs/monitors.md"
        )
    yield ok("Slack and the store", "This answer went through both.")


def _of_runbooks(counted: Iterable[StepsOf]) -> Iterator[Remark]:
    for each in counted:
        mine = f"{each.diagnostics} diagnostics and {each.remediations} remediations are Muster's"
        people = "1 step is" if each.manual == 1 else f"{each.manual} steps are"
        yield ok(f"runbook {each.system}", f"{mine}, {people} done by people.")


def _lines(remark: Remark) -> Iterator[list[Element]]:
    said = fit.one_line(remark.sentence, fit.SAID)
    yield [text(f"{_SIGNS[remark.grade]} "), bold(fit.one_line(remark.about, fit.NAME)), text(f": {said}")]
    if remark.mend:
        yield [text(f"      → {remark.mend}")]
