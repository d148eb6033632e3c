"""The team's rules in a real bot: a line instead of an incident, one outage as one incident that its monitor ends."""

from datetime import UTC, datetime
from pathlib import Path

from tests.fakes import monitor
from tests.stories.rig import rig

RULES = """\
routes:
  - {name: hints, matchers: [alertname=Hint], notify: true}
  - name: storage
    matchers: ['alertname=~"Disk.*|Queue.*"']
    system: ai-storybook
    group_by: []
    resolves: true
    resolves_after: 1s
"""


async def test_alerts_go_where_the_rules_lead_them_and_why_says_so(tmp_path: Path) -> None:
    async with rig(tmp_path, rules=RULES) as it:
        ana, now = it.person("ana"), datetime.now(UTC)

        async def hear(name: str, status: str = "firing") -> None:
            sent = monitor.alert(name, status=status, starts=now, ends=datetime.now(UTC))
            assert await it.knocked(monitor.body(sent, group=name), within=60) == 202

        await hear("Hint")
        await ana.wait_for("incidents", "Hint on eu-1. No incident: route “hints” matches alertname=Hint")
        await hear("DiskFull")
        await hear("QueueFull")
        channel = await ana.wait_for_channel("inc-1-diskfull-on-eu-1")
        await hear("DiskFull", "resolved")
        await hear("QueueFull", "resolved")
        await ana.wait_for(channel, "resolved it: all its alerts are quiet for 1 s (rule storage)")
        why = str((await ana.command("/incident why", channel)).payload)
        assert "Rule storage" in why
        assert "Other alerts of the group system:ai-storybook join it while it is open" in why
        assert "P1 because the monitor calls it critical" in why
        assert "Rule on call for ai-storybook" in why
        assert len(it.calls("conversations.create")) == 1


async def test_a_silence_of_slack_holds_at_once_outlives_a_restart_and_what_it_kept_quiet_comes_when_it_is_lifted(
    tmp_path: Path,
) -> None:
    async with rig(tmp_path) as it:
        ana, now = it.person("ana"), datetime.now(UTC)
        made = await ana.command("/incident silence instance=eu-1 for 1h because the database is moved", "general")
        assert "1 silenced" in str(made.payload)
        await ana.wait_for("incidents", "silenced instance=eu-1 until")
        await it.bot.kill()
        await it.bot.start()
        assert await it.knocked(monitor.body(monitor.alert("DiskFull", starts=now)), within=60) == 202
        assert it.calls("conversations.create") == []
        await ana.command("/incident silence lift instance=eu-1", "general")
        channel = await ana.wait_for_channel("inc-1-diskfull-on-eu-1")
        why = str((await ana.command("/incident why", channel)).payload)
        assert "fires still, now that “instance=eu-1” is over" in why
