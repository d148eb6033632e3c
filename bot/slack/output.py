"""What an approved step prints, in its card's thread: the newest lines, and the rest of them in a file."""

from bot.slack import fit
from bot.slack.attached import Attached
from bot.slack.blocks import Element, Rendered, bold, fallback, paragraph, preformatted, rendered, text
from commands.messages import OutputMessage


def output(message: OutputMessage) -> Rendered:
    """What it has printed so far, or in the end altogether; of a long output the end, which tells how it went."""
    title = fit.one_line(message.approval.plan.title, fit.NAME)
    words, left = fit.ending(message.text, fit.CODE)
    head: list[Element] = [bold(title), text(" printed:" if message.ended else " has printed so far:")]
    where = "the whole of it is the file in this thread" if message.ended else "more comes when it has ended"
    note = [text(f"… {left} characters before that; {where}.", italic=True)] if left else []
    printed = f"{title} printed {len(message.text)} characters"
    return rendered(fallback(printed), [paragraph(head, note), preformatted(words)])


def attached(message: OutputMessage) -> tuple[Attached, ...]:
    """The whole output as a file, when it has ended and its message cannot hold it."""
    if not message.ended or not fit.ending(message.text, fit.CODE)[1]:
        return ()
    name = f"{message.incident.key}-{message.approval.id}-output.txt"
    title = f"Whole output: {fit.one_line(message.approval.plan.title, 80)}"
    return (Attached(name=name, title=title, content=message.text.encode()),)
