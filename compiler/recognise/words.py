"""The words by which runbooks name their parts: what a heading is about, and what a label in a procedure is for."""

import re
from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

from compiler.recognise.procedure import Purpose, Role
from compiler.recognise.spans import small
from compiler.recognise.wording import bare, title_of


class Topic(StrEnum):
    """What a section states, where it is facts rather than something to do."""

    SEVERITY = "severity levels"
    CONTACTS = "contacts"
    OBJECTIVES = "recovery objectives"
    ERRORS = "error codes"
    SERVICE_LEVELS = "service levels"
    THRESHOLDS = "thresholds"
    ALERTS = "alerts"
    SERVICES = "services"
    ENVIRONMENTS = "environments"
    VARIABLES = "variables"
    LOGS = "log places"
    WINDOWS = "maintenance windows"
    ESCALATION = "when to escalate"
    OVERVIEW = "overview"
    LINKS = "links"


_TOPICS: Final[Sequence[tuple[Topic | Purpose, str]]] = (
    (Topic.OVERVIEW,
        r"table of contents|contents|toc|inhalt\w*|(?:incident |key |team |response )?roles?"
        r"(?: (?:&|and) responsibilities)?|responsibilities|(?:incident )?commander(?: \(.{1,10}\))?"
        r"|(?:communications?|technical|customer) (?:lead|responders?)|scribe"),
    (Topic.SEVERITY,
        r".*\bseverit(?:y|ies)\b.*|priorities|.*\b(?:incident|priority|impact|urgency) (?:levels?|classification"
        r"|classes)\b.*|schweregrade?"),
    (Topic.OBJECTIVES,
        r".*\b(?:rto|rpo)\b.*|.*recovery (?:time|point|objectives?).*|(?:our )?(?:objectives|promises|commitments)"
        r"|wiederherstellungsziele"),
    (Topic.ERRORS, r".*\b(?:error|status|exit|response) codes?\b.*|fehlercodes?"),
    (Topic.SERVICE_LEVELS,
        r".*\b(?:sla|slo|sli)s?\b.*|.*service levels?.*|.*error budgets?.*"
        r"|.*availability targets?.*"),
    (Topic.WINDOWS, r".*maintenance windows?.*|scheduled maintenance|.*change windows?.*|wartungsfenster"),
    (Topic.ENVIRONMENTS, r"environments?|deployment environments?|umgebungen"),
    (Topic.VARIABLES,
        r".*(?:environment|required|config(?:uration)?) variables?.*|.*\bsecrets?(?: required)?$"
        r"|configuration(?: reference)?"),
    (Topic.LOGS, r".*\blog (?:locations?|files?|paths?|groups?|levels?)\b.*|logs"),
    (Topic.ESCALATION,
        r"when (?:and how )?to (?:escalate|page|call).*|escalate (?:if|when|immediately if).*"
        r"|escalation (?:criteria|conditions?|triggers?|rules?|thresholds?)|wann eskalier\w+"),
    (Topic.CONTACTS,
        r".*\bcontacts?\b.*|.*escalation (?:path|matrix|chain|ladder|policy|contacts?|procedure).*"
        r"|escalat(?:ions?|e)(?: to)?|on.?call(?: rotation| schedule| team| people)?|.*who(?:m)? to (?:call|page|ask).*"
        r"|people|(?:the |our |support )?team(?: members)?|(?:key |main )?points? of contact"
        r"|owners?(?:hip)?|ansprechpartner|kontakte?|eskalation\w*"),
    (Purpose.SECURITY,
        r".*security (?:incident|breach|procedure|response).*|.*data (?:breach|leak).*"
        r"|.*\b(?:breach|compromised?|intrusion)\b.*|security"),
    (Purpose.EMERGENCY, r".*emergenc(?:y|ies)\b(?! (?:backup|credit)).*|notf[aä]ll\w*"),
    (Purpose.RESPONSE,
        r"(?:incident|emergency) (?:response|management|handling)(?: (?:process|workflow|procedure|steps|lifecycle|flow"
        r"|runbook|playbook|plan|guide))?|.*\bresponse (?:process|steps)\b.*|triage.*"
        r"|first (?:response|steps|five minutes|responder.*)|incident (?:process|lifecycle|workflow)"),
    (Purpose.ROLLBACK, r".*\b(?:roll(?:ing)?[ -]?backs?|reverts?|downgrade)\b.*|zurückrollen"),
    (Topic.ALERTS,
        r".*\b(?:alerting|alert|alarm)s? (?:rules?|definitions?|config\w*|response|list"
        r"|catalog\w*)\b.*|(?:.* )?(?:alerts|alarms)|alarme"),
    (Topic.THRESHOLDS,
        r".*\b(?:thresholds?|key metrics|kpis?|key performance indicators?|metrics|system health"
        r"|golden signals|schwellwerte|indicators)\b.*"),
    (Purpose.HEALTH,
        r".*health.?checks?\b.*|.*\b(?:checking|check) .*\bhealth\b.*|(?:basic|detailed) health"
        r"|smoke tests?"),
    (Topic.SERVICES,
        r".*\b(?:service|component|dependenc|endpoint|port|url|architecture|topology|access)(?:s|y"
        r"|ies)?(?: (?:urls?|ports?|map|endpoints?|dependenc\w+|inventory|catalog\w*|overview"
        r"|components?|access))?(?: \(.{0,30}\))?|critical (?:components|services)|dienste"
        r"|swagger.*"),
    (Topic.LINKS,
        r"(?!.*quick reference).*\b(?:links?|resources?|references?|dashboards?|documentation|see also"
        r"|further reading|stack)\b"),
    (Purpose.BACKUP,
        r"(?!.*(?:restor|recover)).*\bback(?:ing )?[ -]?ups?\b.*|(?!.*restor).*snapshots?"
        r"|datensicherung\w*"),
    (Purpose.DISASTER,
        r".*disaster.*|.*\bdr\b.*|.*data loss.*|.*(?:region|datacenter|data cent(?:er|re)"
        r"|zone) (?:failure|outage|loss).*|business continuity.*|.*failover.*"),
    (Purpose.RESTORE, r".*\b(?:restor(?:e|es|ing|ation)|recover(?:y|ing)?|wiederherstell\w+)\b.*"),
    (Purpose.INCIDENT,
        r"(?:common|known|frequent|typical|performance)? ?(?:issues?|incidents?|problems?"
        r"|failures?|failure (?:modes|scenarios))(?: (?:&|and) .*)?|.*troubleshoot\w*.*|incident.*"
        r"|(?:alert )?(?:playbooks?|runbooks?)|.*procedures? for (?:incidents|alerts)"
        r"|alert response.*|störung\w*|fehlersuche"),
    (Purpose.DEPLOYMENT,
        r".*\b(?:deploy\w*|releas(?:e|es|ing)|roll(?:ing)?[ -]?outs?|hotfix(?:es)?|canary"
        r"|promot(?:e|ion)|upgrad\w*|updates?(?: procedures?)?)\b.*"),
    (Purpose.MAINTENANCE,
        r".*\b(?:maintenance|housekeeping|(?:regular|routine|periodic|recurring|daily|weekly"
        r"|monthly|quarterly|yearly|annual)(?: .*)?(?:tasks?|checks?|checklists?|jobs?)?|renewal"
        r"|rotation|rotat\w+|wartung\w*)\b.*|täglich\w*|wöchentlich\w*|monatlich\w*"),
    (Purpose.TUNING, r".*\b(?:tuning|optimi[sz]ation|performance|limits|scaling policy|capacity)\b.*"),
    (Purpose.OPERATION,
        r".*\b(?:operations?|tasks?|commands?|how.?to|procedures?|management"
        r"|standard operating)\b.*|appendix.*|quick reference"),
    (Topic.OVERVIEW, r".*\b(?:overview|introduction|purpose|scope|about|background|summary|audience|überblick)\b.*"),
)  # fmt: skip
# Both are for small letters: a pattern that ignores case takes three times as long.
_TITLES: Final = tuple((topic, re.compile(pattern)) for topic, pattern in _TOPICS)
_ROLES: Final[Sequence[tuple[Role, str]]] = (
    (Role.SYMPTOMS,
        r"symptoms?|signs?|what you(?:'ll| will)? see|indicators?|detection|how (?:to )?detect"
        r"|trigger(?:s|ed by)?|when(?: to use)?|what (?:it|this) means"
        r"|what (?:does|is) (?:it|this|this alert)(?: mean)?|meaning|description|problem|about this alert"
            r"|symptome?|alert(?: condition)?"
        r"|anzeichen"),
    (Role.CAUSES,
        r"(?:common |possible |likely |probable |potential |root |typical )?(?:causes?|issues)"
        r"|(?:mögliche )?ursachen?"),
    (Role.IMPACT, r"(?:user |customer |business )?(?:impact|consequences?|auswirkung\w*)"),
    (Role.ESCALATION,
        r"escalat(?:ion|e)(?: path| policy| criteria| conditions?| triggers?)?(?: immediately)?(?: if| when)?"
        r"|when to (?:escalate|page)|eskalation"),
    (Role.PREVENTION,
        r"prevent(?:ion|ive(?: measures| actions)?|ative measures)|long.?term (?:fix|actions?)"
        r"|how to prevent|vorbeugung"),
    (Role.VERIFICATION,
        r"verif(?:y|ication)(?: steps)?|validat(?:e|ion)|confirm(?:ation)?|post.?checks?"
        r"|how to verify|überprüfung"),
    (Role.TEMPORARY,
        r"(?:temporary|interim|short.?term|quick) (?:mitigations?|fix(?:es)?|workarounds?"
        r"|actions?)|workarounds?|mitigations?|contain(?:ment)?"),
    (Role.EXPECTED, r"(?:expected|sample|example)(?: (?:output|response|result)s?)?|response example|erwartet\w*"),
    (Role.BEFORE,
        r"(?:pre-|before\b).{0,40}|pre-?checks?|prerequisites?|preparation|requirements?"
        r"|vorbereitung|voraussetzungen"),
    (Role.DURING, r"during.{0,40}|während.{0,30}"),
    (Role.AFTER, r"(?:post-(?!mortem)|after\b).{0,40}|follow.?ups?|clean.?up|danach|nachbereitung"),
    (Role.DIAGNOSIS,
        r"diagnos\w*(?: steps?| commands?)?|investigat\w*(?: steps?)?|triage(?: steps?)?"
        r"|(?:possible |basic |quick |first )?check(?:s|list)?(?: first)?|steps to check"
        r"|initial (?:checks?|investigation|assessment)|assessment|analyse"
        r"|how to (?:diagnose|investigate|debug|check)(?: it| this)?|debugging(?: steps?)?|(?:common |useful "
        r"|diagnostic )queries"),
    (Role.ACTIONS,
        r"(?:possible |suggested )?(?:solutions?|resolutions?)(?: steps?)?|response"
        r"|remed(?:y|iation|ies)(?: steps?)?|fix(?:es)?"
        r"|actions?|(?:immediate|corrective|emergency|recovery|optimi[sz]ation|required"
        r"|recommended|first) (?:actions?|steps?|response)|steps?(?: to (?:resolve|fix))?"
        r"|procedure|what to do|commands?|how to (?:fix|solve|resolve|mitigate)(?: it| this)?"
        r"|lösung(?:en)?|behebung|maßnahmen"),
)  # fmt: skip
_LABELS: Final = tuple((role, re.compile(pattern)) for role, pattern in _ROLES)
_LOOKS: Final = (
    "check verify view find review inspect test list look see show get query identify investigate confirm count search "
    "read examine analyze analyse determine prüfe prüfen"
)
_CHANGES: Final = (
    "acknowledge activate add adjust alert apply archive ask assess assign audit back block bring call cancel capture "
    "change clean clear collect communicate complete conduct configure connect consider contact coordinate create "
    "declare delete deploy deactivate disable disconnect display do document drain drop edit "
    "enable engage ensure enter "
    "escalate estimate execute expand export fail failover fall fix flush follow force free "
    "give grant hold implement import "
    "increase inform initiate install isolate join keep kill launch limit lock lower make "
    "manually mark migrate mitigate "
    "monitor move notify open optimize optimise page patch pause plan post prepare preserve profile promote provide "
    "provision prune publish pull purge push raise re-run rebalance reboot rebuild "
    "recalculate recover redeploy redirect "
    "reduce refresh regenerate reindex reject release reload remediate remove renew repair replace replay report "
    "request reset resize resolve respond restart restore resume retry return revert revoke roll rollback rotate run "
    "save scale schedule send set shut silence snapshot spin ssh start stop stream submit switch sync tag take tell "
    "throttle toggle track trigger truncate tune turn unblock undo unlock update upgrade upload use vacuum validate "
    "attach cherry-pick choose click copy decrease detach download merge navigate obtain pin reassign reconnect "
    "register reinstall rename select share suspend unmount unpause unsuspend visit "
    "compare consult cordon correlate define defragment talk terminate uncordon "
    "wait warn watch whitelist write gradually temporarily immediately starte starten stoppe informiere"
)
_FIRST_WORD: Final = re.compile(
    r"[^\w]{0,4}(?:(?:then|or|and|also|please|next|first|firstly|second|secondly|finally|lastly|now|afterwards),?\s+)?"
    r"([\w-]+)"
)
_LOOK: Final = frozenset(_LOOKS.split())
_VERBS: Final = _LOOK | frozenset(_CHANGES.split())
_ONE_INCIDENT: Final = re.compile(
    r"(?:[0-9.]{1,8}\)?\s+)?(?:\[?(?:p|sev-?)[0-5]\]?|issue|incident|problem|alert|alarm|failure|störung)"
    r"(?:\s*#?[0-9]{1,3})?\s*[:–—-]\s*\S",
    re.IGNORECASE,
)
_CONTAINER: Final = re.compile(
    r"(?:.* )?(?:procedures?|scenarios?|issues?|incidents?|alerts?|operations?|tasks?"
    r"|maintenance|strateg(?:y|ies)|playbooks?"
    r"|runbooks?|backups?|recovery|emergenc(?:y|ies)|troubleshooting|commands?|management"
    r"|guides?|failures modes)(?: guides?)?"
    r"|.*(?: & | and |/).*(?:restore|recovery|backup|rollback).*"
)
_REMARK: Final = re.compile(r"\s*\([^()]{0,80}\)$")
_PERIODS: Final = {
    "hourly": timedelta(hours=1), "daily": timedelta(days=1), "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30), "quarterly": timedelta(days=90), "yearly": timedelta(days=365),
}  # fmt: skip
_PERIOD: Final = re.compile(
    r"\b(?:(?P<hourly>hourly|every hour)|(?P<daily>daily|every (?:day|morning|shift)"
    r"|täglich\w*)|(?P<weekly>weekly|every week|wöchentlich\w*)"
    r"|(?P<monthly>monthly|every month|monatlich\w*)|(?P<quarterly>quarterly|every quarter|vierteljährlich\w*)"
    r"|(?P<yearly>yearly|annual(?:ly)?|every year|jährlich\w*))\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=4_096)
def about(title: str) -> Topic | Purpose | None:
    """What a heading's own words say that its section is about; None where they name a thing of the team's own."""
    words = small(title_of(title)[:160])
    named = next((topic for topic, pattern in _TITLES if pattern.fullmatch(words)), None)
    return named or (Purpose.INCIDENT if _ONE_INCIDENT.match(bare(title)) else None)


@lru_cache(maxsize=4_096)
def role_of(label: str) -> Role | None:
    """What a label inside a procedure is for; None for one of the team's own (*Via the pipeline*)."""
    words = title_of(label)[:100].rstrip(":? ")
    # "Solution (if the pool is exhausted)" is a solution all the same.
    words = small(_REMARK.sub("", words))
    return next((role for role, pattern in _LABELS if pattern.fullmatch(words)), None)


def is_plain_mitigation(label: str, under: str) -> bool:
    """True for *Mitigation*, which does not say by itself that it is for the time being."""
    named = next((each for each in (label, under) if role_of(each) is Role.TEMPORARY), "")
    return small(title_of(named)).startswith(("mitigation", "contain"))


def looks(title: str) -> bool:
    """True for *Check …*, *Verify …*: its steps only look."""
    return first_word(title) in _LOOK


def is_told(text: str) -> bool:
    """True when the text tells somebody to do something: it begins with a verb."""
    return first_word(text) in _VERBS


@lru_cache(maxsize=4_096)
def holds_many(title: str) -> bool:
    """True for a heading over several things (*Emergency Procedures*), False for one thing's (*Stuck jobs*)."""
    return _CONTAINER.fullmatch(small(title_of(title)[:160])) is not None


@lru_cache(maxsize=4_096)
def period(title: str) -> tuple[str, timedelta] | None:
    """*Weekly tasks* as *weekly* and its length."""
    match = _PERIOD.search(title[:160])
    return (match.lastgroup, _PERIODS[match.lastgroup]) if match and match.lastgroup else None


def first_word(text: str) -> str:
    """The word that a text begins with, in small letters, behind *then*, *also* and the like."""
    match = _FIRST_WORD.match(text.lower())
    return match[1] if match else ""
