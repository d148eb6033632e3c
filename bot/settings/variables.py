"""The environment variables that ``muster.yaml`` names: each holds a secret, and none of them stands in the file."""

from bot.settings.sections import File
from bot.settings.targets import HttpSection, PostgresSection, RedisSection, TargetSection


def named(file: File) -> set[str]:
    """All of them."""
    names = listed(file)
    for shared_by_all in (file.store, file.redis):
        if shared_by_all is not None:
            names.add(shared_by_all.url_env)
    if file.pagerduty is not None:
        names.update(file.pagerduty.variables())
    return names.union(*map(_of_target, file.targets.values()))


def listed(file: File) -> set[str]:
    """Those that may hold several secrets, separated by blanks: whoever knocks proves itself by one of them."""
    senders = (*file.sources.variables().values(), *file.changes.variables().values())
    return {name for several in senders for name in several}


def _of_target(target: TargetSection) -> set[str]:
    if isinstance(target, PostgresSection):
        return {target.diagnostic_dsn_env, *filter(None, (target.remediation_dsn_env,))}
    if isinstance(target, RedisSection):
        return {login.password_env for login in (target.diagnostic, target.remediation) if login is not None}
    if isinstance(target, HttpSection):
        return set(filter(None, (target.diagnostic_token_env, target.remediation_token_env)))
    return set(target.variables())
