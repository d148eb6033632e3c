"""Why Muster said no. Each refusal has one meaning; ``bot/words/sentences.py`` alone turns it into a sentence."""


class Refused(Exception):
    """Something may not be done, and nothing was changed. ``facts`` are what the sentence needs."""

    def __init__(self, **facts: object) -> None:
        super().__init__(type(self).__name__, facts)
        self.facts = facts


class NoSuchIncident(Refused):
    """No incident bears that name or lives in that channel (``asked``)."""


class NamesAnother(Refused):
    """A command given in one incident's channel names another incident (``asked``, ``number`` of the channel's)."""


class NoSuchStep(Refused):
    """The incident's procedure has no such step (``asked``, ``offered``)."""


class NoSuchApproval(Refused):
    """No request of that id is known (``asked``)."""


class NoSuchItem(Refused):
    """The checklist has no such item (``asked``, ``count``)."""


class NoSuchFollowUp(Refused):
    """No follow-up of that number is left to do (``asked``; ``left``: number and text of those that are)."""


class NoSuchRole(Refused):
    """Nobody can hold a role of that name (``asked``)."""


class NoSuchSeverity(Refused):
    """There is no level of that name (``asked``)."""


class NoProcedure(Refused):
    """The incident follows no runbook procedure, so there is nothing to run (``number``)."""


class AlreadySo(Refused):
    """It is as asked already (``what``, ``by``, ``at``)."""


class Ended(Refused):
    """The incident is resolved; that can only be asked of one that is open (``number``)."""


class StillOpen(Refused):
    """The incident is not resolved yet (``number``)."""


class GoesOnElsewhere(Refused):
    """Another incident of the same trouble is open, so this one stays closed (``number`` of the open one)."""


class BadTitle(Refused):
    """A declaration needs a title of at most 200 characters (``title``; ``length``, where it is too long)."""


class NothingSaid(Refused):
    """A note, an update or a reason was asked for and is empty (``what``)."""


class BadParameter(Refused):
    """A step's parameter is missing or outside what the step allows (``name``, ``value``, ``rule``)."""


class NotRunnable(Refused):
    """The step is for a person to do: no executor or target is bound to it (``step``, ``reason``)."""


class NotReadOnly(Refused):
    """Only what is proven read-only may run without approval (``step``, ``reason``)."""


class NothingToChange(Refused):
    """The remediation would change nothing now (``step``)."""


class OwnRequest(Refused):
    """The person who asked may not be the one who approves it (``break_glass``: whether it may run alone)."""


class NotAnApprover(Refused):
    """The approval's policy does not name this person (``approvers``)."""


class NotTheRequester(Refused):
    """Only whoever asked for a remediation can let it run alone."""


class NotOnCall(Refused):
    """Letting a remediation run alone is for the people who are on call for the system, or may approve it."""


class MayNotCancel(Refused):
    """Stopping a remediation is for whoever asked for it, its approvers and the commander."""


class NoWayBack(Refused):
    """No step takes back what this one did (``step``, ``undo`` in words)."""


class NoSuchPerson(Refused):
    """A person was named in a way that Slack does not know (``asked``)."""


class UnknownApprovers(Refused):
    """Who may approve could not be checked just now, so nobody may (``reason``)."""


class Expired(Refused):
    """The request was not answered in time (``at``)."""


class Spent(Refused):
    """The request has been decided already (``state``, ``by``)."""


class AskedAlready(Refused):
    """A request for exactly this is open, or runs (``step``, ``by``, ``at``, ``state``)."""


class AskedElsewhere(Refused):
    """Another incident asks for exactly this, on the same target (``step``, ``number``, ``by``, ``at``, ``state``)."""


class GuardBroken(Refused):
    """What was approved no longer holds, so nothing was run (``reason``)."""


class NotAtOnce(Refused):
    """The changes of a procedure cannot be approved as a whole (``title``, ``reason``)."""


class TargetBusy(Refused):
    """Another remediation holds the target (``target``)."""


class CoolingDown(Refused):
    """The same step ran on this target a moment ago (``until``)."""


class NoSuchProcedure(Refused):
    """The system's runbook has no procedure of that name (``asked``, ``offered``)."""


class NothingToWalk(Refused):
    """The procedure has no step (``title``)."""


class NoSuchWalk(Refused):
    """No procedure is being walked in this incident."""


class WalkGoesOn(Refused):
    """Another procedure is being walked in this incident (``title``, ``by``)."""


class WalkEnded(Refused):
    """The walk of the procedure has ended (``title``, ``state``, ``by``, ``at``)."""


class NotItsTurn(Refused):
    """The step cannot be begun now: another's turn it is, or somebody was quicker (``step``, ``state``, ``by``)."""


class NotManual(Refused):
    """The step is Muster's to run, so nobody can say that it was done by hand (``step``)."""


class NothingToTakeBack(Refused):
    """Nothing that was done in the walk can be taken back (``title``)."""


class MayNotAsk(Refused):
    """A rule of the team says who may ask for this step, and it is not this person (``step``, ``askers``)."""


class SaidYes(Refused):
    """This person has said yes already; others are still needed (``missing``)."""


class NoBreakGlass(Refused):
    """A rule of the team does not let this step run without a second person, whatever the reason (``step``)."""


class NobodyToTell(Refused):
    """A run without a second person must be told to somebody, and nobody else is named for the system (``system``)."""


class WrongEnvironment(Refused):
    """A rule of the team keeps the step to other environments (``step``, ``environment``, ``allowed``)."""


class WindowClosed(Refused):
    """The step may run in its maintenance windows only (``step``, ``until``: when the next one opens)."""


class QuietHours(Refused):
    """The step may not run in quiet hours (``step``, ``until``: when they are over)."""


class EvidenceFrozen(Refused):
    """Evidence is frozen, and the step would change something (``step``: its id, ``title``, ``reason``)."""


class EvidenceKeptElsewhere(Refused):
    """Another open incident keeps the evidence of the target (``number``; ``step``: its id, ``title``, ``reason``)."""


class EvidenceNotFrozen(Refused):
    """The incident's evidence is not frozen, so there is nothing to lift."""


class NotTheCommander(Refused):
    """Only the incident's commander may decide that (``commander``: who that is, or None)."""


class RunbookChanged(Refused):
    """The runbook says something else now than what was asked for (``step``)."""


class Stopped(Refused):
    """All remediations are stopped, everywhere (``by``, ``at``, ``reason``)."""


class NotStopped(Refused):
    """No stop stands, so there is none to lift."""


class MayNotStop(Refused):
    """Stopping all remediations, and lifting that, is for the people on call and the approvers."""


class NobodyToPage(Refused):
    """Nobody was named whom Muster can page (``asked``, ``policies``: the escalation policies that have a name)."""


class BadSilence(Refused):
    """What was typed is no silence (``problem``: what is wrong with it)."""


class NoSuchSilence(Refused):
    """No such silence stands (``asked``, ``standing``: the names of those that do)."""


class MayNotSilence(Refused):
    """Silences are for the people on call and the approvers."""


class UnknownWord(Refused):
    """A command does not know the word that follows it (``asked``, ``usage``)."""
