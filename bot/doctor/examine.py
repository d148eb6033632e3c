"""Everything the doctor looks at, in the order in which it is to be mended."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from bot import config
from bot.config import Configuration, WrongSetting
from bot.doctor.pagerduty import look_at_pagerduty
from bot.doctor.remark import Grade, Remark, fail, ok, warn
from bot.doctor.storage import look_at_storage
from bot.doctor.targets import look_at_targets, look_at_watches
from bot.doctor.tokens import look_at_app_token, look_at_bot_token
from bot.doctor.webhooks import look_at_webhooks
from bot.doctor.workspace import Workspace
from bot.executors.registry import Registry
from bot.redaction.redactor import Redactor
from bot.runbooks.load import load_runbooks
from bot.slack import client as slack_client
from bot.slack import manifest
from bot.slack.account import Identity, identified
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.people import Addresses
from bot.slack.reach import Reach
from bot.slack.shared_budget import SharedBudgets
from bot.targets import targets_of
from bot.wiring import s3_export, shared_redis
from commands.outage import NotYet, Outage


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


async def examine(path: Path, clock: Callable[[], datetime] = utc_now) -> tuple[Remark, ...]:
    """Look at everything that the configuration in ``path`` names. Raises nothing that Muster could meet at its start.

    Nothing is changed in Slack, in a target or in the store, and no remark holds a secret.
    """
    try:
        configuration = config.load(path)
    except WrongSetting as wrong:
        return (fail("configuration", str(wrong), "mend that first; nothing else was looked at"),)
    redactor = Redactor(configuration.every_secret())
    parts = await asyncio.gather(
        _slack(configuration, clock),
        look_at_storage(configuration.store),
        look_at_webhooks(configuration, clock()),
        _targets(configuration, redactor, clock),
        _export(configuration),
        _shared(configuration),
        _pagerduty(configuration, clock),
    )
    remarks = (*_setting(configuration), *(remark for part in parts for remark in part))
    return tuple(
        replace(each, sentence=redactor.clean(each.sentence), mend=redactor.clean(each.mend)) for each in remarks
    )


def _setting(configuration: Configuration) -> Iterator[Remark]:
    """What can be said without asking anybody."""
    yield ok("configuration", f"{configuration.path} is valid.")
    try:
        runbooks = load_runbooks(configuration)
    except WrongSetting as wrong:
        yield fail("runbooks", str(wrong), "mend that: without it Muster does not start")
    else:
        yield ok("runbooks", f"{', '.join(runbooks.systems)}: read and judged.")
        yield from look_at_watches(runbooks.catalogs)
    if not configuration.file.sources.variables():
        yield warn("sources", "No monitor is configured, so no alert can come in.", "name one under sources")


async def _slack(configuration: Configuration, clock: Callable[[], datetime]) -> tuple[Remark, ...]:
    async with slack_client.session() as session:
        token = configuration.bot_token.get_secret_value()
        client = slack_client.client(token, session, configuration.file.slack.api_url)
        tokens = list(await look_at_bot_token(client, manifest.scopes(), clock()))
        if configuration.app_token is not None:
            tokens.append(await look_at_app_token(client, configuration.app_token.get_secret_value()))
        if tokens[0].grade is Grade.FAIL:
            # Whatever else Slack were asked with this token, it would refuse it for the same reason.
            return tuple(tokens)
        return (*tokens, *await Workspace(client).look(configuration.file))


async def _targets(
    configuration: Configuration, redactor: Redactor, clock: Callable[[], datetime]
) -> tuple[Remark, ...]:
    """Each target's proof that diagnostics cannot write, or why there is none."""
    registry = Registry(targets_of(configuration), redactor=redactor, clock=clock)
    try:
        await asyncio.gather(*(registry.of(name).attest() for name in registry.targets))
        return tuple(look_at_targets(registry.standing))
    finally:
        await registry.close()


async def _export(configuration: Configuration) -> tuple[Remark, ...]:
    try:
        export = s3_export(configuration)
    except Outage as missing:
        return (fail("exports.s3", missing.sentence, "pip install 'muster-chatops[s3]', or take exports.s3 out"),)
    if export is None:
        return ()
    try:
        await export.reach()
    except Outage as away:
        return (fail("exports.s3", away.sentence, "drafts stay on disk and in Slack until it is mended"),)
    finally:
        await export.close()
    return (ok("exports.s3", "The bucket is there for these credentials."),)


async def _shared(configuration: Configuration) -> tuple[Remark, ...]:
    """The Redis of all processes. It is never what stops Muster, so its absence is a warning."""
    try:
        shared = shared_redis(configuration, lambda: "doctor")
    except Outage as missing:
        return (fail("redis", missing.sentence, "mend that, or take redis out: Muster does not start with it"),)
    if shared is None:
        return ()
    try:
        trouble = await shared.look()
    finally:
        await shared.close()
    if trouble is None:
        return (ok("redis", "It is there, and all processes share Slack's limits."),)
    return (warn("redis", f"It is not used: {trouble}.", "until then each process keeps to Slack's limits by itself"),)


async def _pagerduty(configuration: Configuration, clock: Callable[[], datetime]) -> tuple[Remark, ...]:
    """What it names, and whether its people are somebody in Slack, which is asked for that."""
    if configuration.file.pagerduty is None:
        return ()
    async with slack_client.session() as session:
        token = configuration.bot_token.get_secret_value()
        client = slack_client.client(token, session, configuration.file.slack.api_url)
        reach = Reach(lambda: identified(client))
        chat = SlackChat(client, who=_nobody, budgets=SharedBudgets(Budgets(), None), reach=reach)
        try:
            return await look_at_pagerduty(configuration, Addresses(chat), clock())
        finally:
            await reach.close()


def _nobody() -> Identity:
    """Whoever only looks for people is nobody there."""
    raise NotYet("the doctor does not ask who Muster is")
