"""The configuration: each wrong setting stops the start with one sentence that says where; no secret is ever shown."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict
from pydantic import TypeAdapter, ValidationError

from bot.config import Configuration, WrongSetting, data_dir_of, load
from bot.settings.rota import people_of
from bot.settings.shapes import Section

ENVIRONMENT = {
    "MUSTER_SLACK_BOT_TOKEN": "xoxb-very-secret",
    "MUSTER_SLACK_APP_TOKEN": "xapp-very-secret",
    "AM_TOKEN": "alertmanager-very-secret new-very-secret",
    "DB_LOOK": "postgresql://look:very-secret@db/shop",
    "DB_FIX": "postgresql://fix:very-secret@db/shop",
}
GOOD = """\
slack:
  announcements: C0INCIDENTS
systems:
  shop:
    runbook: runbooks/shop
    on_call: [U0ANA, U0BEN]
    approvers: [U0CLEO, S0DBA]
sources:
  alertmanager:
    token_env: AM_TOKEN
targets:
  shop-db:
    kind: postgres
    environment: production
    diagnostic_dsn_env: DB_LOOK
    remediation_dsn_env: DB_FIX
"""


def read(folder: Path, text: str, **environment: str | None) -> Configuration:
    """The configuration in a file of that text; a variable that is None is not set."""
    path = folder / "muster.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, {name: value for name, value in {**ENVIRONMENT, **environment}.items() if value is not None})


def refused(folder: Path, text: str, **environment: str | None) -> str:
    """The sentence with which that text is refused, the file's folder left out."""
    with pytest.raises(WrongSetting) as wrong:
        read(folder, text, **environment)
    return str(wrong.value).replace(f"{folder}/", "")


def test_a_good_file_is_read_with_its_secrets_and_its_defaults(tmp_path: Path) -> None:
    configuration = read(tmp_path, GOOD)
    file = configuration.file
    assert file.systems["shop"].on_call == ("U0ANA", "U0BEN")
    assert (file.approval_expires_after, file.reopen_window) == (timedelta(minutes=15), timedelta(hours=2))
    assert file.web.host == "127.0.0.1", "nothing listens to the network unless somebody says so"
    assert configuration.secret("DB_LOOK") == ENVIRONMENT["DB_LOOK"]
    assert configuration.secret(None) is None
    assert configuration.data_dir == tmp_path / ".muster"


def test_where_muster_writes_may_be_said_in_the_environment(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD, MUSTER_DATA_DIR="/srv/muster").data_dir == Path("/srv/muster")
    assert read(tmp_path, GOOD + "data_dir: /var/lib/muster\n").data_dir == Path("/var/lib/muster")
    assert data_dir_of({"MUSTER_DATA_DIR": "/srv/muster"}) == Path("/srv/muster")
    assert data_dir_of({}) == Path(".muster")


@pytest.mark.parametrize(
    ("written", "span"),
    [
        ("90s", timedelta(seconds=90)),
        ("15m", timedelta(minutes=15)),
        ("15 min", timedelta(minutes=15)),
        ("4h", timedelta(hours=4)),
        ("2d", timedelta(days=2)),
    ],
)
def test_a_time_is_written_as_people_write_it(tmp_path: Path, written: str, span: timedelta) -> None:
    assert read(tmp_path, GOOD + f"reopen_window: {written}\n").file.reopen_window == span


def swapped(old: str, new: str) -> str:
    assert old in GOOD
    return GOOD.replace(old, new)


SPAN = "write a time such as 90s, 15m, 4h or 2d."
WRONG = {
    "nothing in it": ("", "line 1: write keys such as “slack:” and “systems:” here."),
    "a list": ("- a\n", "line 1: write keys such as “slack:” and “systems:” here."),
    "no yaml": (
        "a: [\n",
        "line 1: a [ or { is opened here or above and never closed: write ] or } behind its last entry.",
    ),
    "a tab": ("a:\n\t- b\n", "line 2: indent with blanks: a tab stands here."),
    "a key twice": (
        GOOD + "slack:\n  announcements: C0OTHER\n",
        "line 17: “slack” stands here once more, as in line 1: make one of both.",
    ),
    "a person twice on call": (
        swapped("[U0ANA, U0BEN]", "\n      - U0ANA\n      - U0BEN\n      - U0ANA"),
        "line 9: “systems.shop.on_call”: U0ANA stands there twice; name each only once.",
    ),
    "a person twice among those who are called late": (
        swapped("    approvers:", "    escalation: [U0CLEO, U0CLEO]\n    approvers:"),
        "line 7: “systems.shop.escalation”: U0CLEO stands there twice; name each only once.",
    ),
    "a group twice among the approvers": (
        swapped("[U0CLEO, S0DBA]", "[S0DBA, U0CLEO, S0DBA]"),
        "line 7: “systems.shop.approvers”: S0DBA stands there twice; name each only once.",
    ),
    "a person twice in a rule": (
        GOOD + "approvals:\n  rules:\n    - approve: [U0CLEO, U0CLEO]\n",
        "line 19: “approvals.rules.0.approve”: U0CLEO stands there twice; name each only once.",
    ),
    "truth for a number": (GOOD + "web:\n  port: true\n", "line 18: “web.port”: write a whole number."),
    "an unknown key": (GOOD + "colour: red\n", "line 17: “colour” is no setting; see docs/settings.md."),
    "an unknown key inside": (
        swapped("    runbook:", "    oncall: x\n    runbook:"),
        "line 5: “systems.shop.oncall” is no setting; see docs/settings.md.",
    ),
    "a missing section": (GOOD.partition("systems:")[0], "line 1: “systems” is missing."),
    "a missing key": (
        swapped("    on_call: [U0ANA, U0BEN]\n", ""),
        "line 4: “systems.shop.on_call” is missing.",
    ),
    "no systems": (
        "slack:\n  announcements: C0X\nsystems: {}\n",
        "line 3: “systems”: name at least one.",
    ),
    "an empty section": (swapped("  announcements: C0INCIDENTS\n", ""), "line 1: “slack”: write keys under it."),
    "nobody on call": (swapped("[U0ANA, U0BEN]", "[]"), "line 6: “systems.shop.on_call”: name at least one."),
    "nobody approves": (swapped("[U0CLEO, S0DBA]", "[]"), "line 7: “systems.shop.approvers”: name at least one."),
    "a name for a person": (
        swapped("[U0ANA, U0BEN]", "[U0ANA, ben]"),
        "line 6: “systems.shop.on_call.1”: write a person's id from Slack, such as U02ABC4DE.",
    ),
    "a group on call": (
        swapped("[U0ANA, U0BEN]", "\n      - U0ANA\n      - S0DBA"),
        "line 8: “systems.shop.on_call.1”: write a person's id from Slack, such as U02ABC4DE.",
    ),
    "a channel's name": (
        swapped("C0INCIDENTS", "'#incidents'"),
        "line 2: “slack.announcements”: write a channel's id from Slack, such as C02ABC4DE.",
    ),
    "a number for a time": (GOOD + "reopen_window: 15\n", f"line 17: “reopen_window”: {SPAN}"),
    "no unit of time": (GOOD + "reopen_window: 15x\n", f"line 17: “reopen_window”: {SPAN}"),
    "a time of a thousand years": (GOOD + "reopen_window: 99999999999d\n", f"line 17: “reopen_window”: {SPAN}"),
    "no time to answer": (
        GOOD + "approval_expires_after: 0s\n",
        "line 17: “approval_expires_after”: write more than nothing.",
    ),
    "a port in letters": (GOOD + "web:\n  port: eighty\n", "line 18: “web.port”: write a whole number."),
    "half a port": (GOOD + "web:\n  port: 80.5\n", "line 18: “web.port”: write a whole number."),
    "too long a lease": (GOOD + "lease: 1h\n", "line 17: “lease”: write at most 5m."),
    "too short a lease": (GOOD + "lease: 0s\n", "line 17: “lease”: write at least 1s."),
    "a number for a text": (
        swapped("[U0ANA, U0BEN]", "[1]"),
        "line 6: “systems.shop.on_call.0”: write a text, in quotes where it looks like something else.",
    ),
    "neither true nor false": (
        swapped("    on_call:", "    watches: maybe\n    on_call:"),
        "line 6: “systems.shop.watches”: write true or false.",
    ),
    "a number for true": (
        swapped("    on_call:", "    watches: 1\n    on_call:"),
        "line 6: “systems.shop.watches”: write true or false.",
    ),
    "a word for false": (
        swapped("    on_call:", "    watches: no\n    on_call:"),
        "line 6: “systems.shop.watches”: write true or false.",
    ),
    "one that is not offered": (
        swapped("  announcements: C0INCIDENTS", "  announcements: C0INCIDENTS\n  deliveries: mail"),
        "line 3: “slack.deliveries”: write socket or http.",
    ),
    "a port that is none": (
        GOOD + "web:\n  port: 99999\n",
        "line 18: “web.port”: write at most 65535.",
    ),
    "a source that nobody reads": (
        GOOD.replace("  alertmanager:", "  pigeon:"),
        "line 9: “sources.pigeon” is no setting; see docs/settings.md.",
    ),
    "a token in the file": (
        swapped("AM_TOKEN", "am-4f9c-secret"),
        "line 10: “sources.alertmanager.token_env”: write the name of an environment variable, not its value.",
    ),
    "a kind of target that is none": (
        swapped("kind: postgres", "kind: mysql"),
        "line 13: “targets.shop-db.kind”: write postgres, redis, http, nats, aws, kubernetes, docker, github or host.",
    ),
    "no kind of target": (
        swapped("    kind: postgres\n", ""),
        "line 12: “targets.shop-db.kind”: write postgres, redis, http, nats, aws, kubernetes, docker, github or host.",
    ),
    "a target called as its kind": (
        swapped("  shop-db:", "  postgres:").replace("    environment: production\n", ""),
        "line 12: “targets.postgres.environment” is missing.",
    ),
    "an address with a path": (
        GOOD + "  api:\n    kind: http\n    environment: production\n    base_url: http://api/v1\n"
        "    canary: {method: DELETE, path: /x}\n",
        "line 20: “targets.api.base_url”: write scheme, host and port only, as in https://host:8443.",
    ),
    "a system that is none": (
        GOOD + "default_system: store\n",
        "line 17: “default_system” is 'store', which is none of: shop.",
    ),
    "a link that is none": (
        swapped("    runbook:", "    runbook_url: javascript:x\n    runbook:"),
        "line 5: “systems.shop.runbook_url”: write an address that begins with https://.",
    ),
    "keys merged in": (
        "people: &people\n  on_call: [ben]\n" + swapped("    on_call: [U0ANA, U0BEN]\n", "    <<: *people\n"),
        "line 8: a merge (<<) is not allowed: write the keys out.",
    ),
    "a key that is no text": (GOOD + "1: x\n", "line 17: “1” is no setting; see docs/settings.md."),
    "two documents": (
        GOOD + "---\na: b\n",
        "line 17: a second document begins here, and a file holds one: take the line with --- or ... out.",
    ),
}


@pytest.mark.parametrize(("text", "sentence"), list(WRONG.values()), ids=list(WRONG))
def test_a_wrong_setting_is_one_sentence_with_file_line_and_key(tmp_path: Path, text: str, sentence: str) -> None:
    assert refused(tmp_path, text) == f"muster.yaml, {sentence}"


def every_section() -> Iterator[type[Section]]:
    """Each section that there is."""
    known = [Section]
    for each in known:
        known += [section for section in each.__subclasses__() if section not in known]
        yield each


@pytest.mark.parametrize("truth", [True, False])
def test_nowhere_in_the_settings_is_true_or_false_taken_for_a_number(truth: bool) -> None:
    numbers = []
    for section in every_section():
        for name, field in section.model_fields.items():
            adapter: TypeAdapter[object] = TypeAdapter(Annotated[field.annotation, None, *field.metadata])
            with suppress(ValidationError):
                value = adapter.validate_python(truth)
                assert type(value) is bool, f"{section.__name__}.{name} takes {truth} for {value!r}"
            with suppress(ValidationError):
                numbers += [name] if type(adapter.validate_python(5)) is int else []
    assert {"port", "approvals", "changes", "installation"} <= set(numbers), "the numbers were found"


@pytest.mark.parametrize("other", [0, 1, 1.0, "1", "true", "yes", "on"])
def test_nowhere_in_the_settings_is_a_number_or_a_word_taken_for_true_or_false(other: object) -> None:
    truths = []
    for section in every_section():
        for name, field in section.model_fields.items():
            adapter: TypeAdapter[object] = TypeAdapter(Annotated[field.annotation, None, *field.metadata])
            with suppress(ValidationError):
                taken = adapter.validate_python(other)
                assert type(taken) is not bool, f"{section.__name__}.{name} takes {other!r} for {taken}"
            with suppress(ValidationError):
                truths += [name] if type(adapter.validate_python(True)) is bool else []
    assert {"watches", "tls", "break_glass", "ignore", "follow_resolve"} <= set(truths), "the truths were found"


def test_whoever_has_two_of_four_turns_stands_in_the_rotation_twice(tmp_path: Path) -> None:
    rotation = "{rotation: [U0ANA, U0BEN, U0ANA, U0CLEO], starts: 2026-01-05, every: 1w, at: '09:00', timezone: UTC}"
    on_call = read(tmp_path, swapped("[U0ANA, U0BEN]", f"[{rotation}]")).file.systems["shop"].on_call
    assert people_of(on_call) == ("U0ANA", "U0BEN", "U0CLEO")


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("AM_TOKEN", None, "muster.yaml, line 10: the environment variable AM_TOKEN that stands here is not set."),
        ("DB_FIX", "  ", "muster.yaml, line 16: the environment variable DB_FIX that stands here is not set."),
        (
            "MUSTER_SLACK_BOT_TOKEN",
            None,
            "The environment variable MUSTER_SLACK_BOT_TOKEN is not set; docs/install.md says where to find it.",
        ),
        (
            "MUSTER_SLACK_APP_TOKEN",
            "xoxb-very-secret",
            "The environment variable MUSTER_SLACK_APP_TOKEN does not begin with xapp-; "
            "docs/install.md says where to find it.",
        ),
    ],
)
def test_a_secret_that_is_missing_or_mixed_up_is_named_and_not_shown(
    tmp_path: Path, variable: str, value: str | None, sentence: str
) -> None:
    assert refused(tmp_path, GOOD, **{variable: value}) == sentence


SHARED = {
    "a role": (
        "  shop-db:\n    kind: postgres\n    environment: e\n    diagnostic_dsn_env: DB_LOOK\n"
        "    remediation_dsn_env: ALSO\n",
        "line 16: “targets.shop-db.remediation_dsn_env” is the role of diagnostics too",
    ),
    "a token": (
        "  k:\n    kind: kubernetes\n    environment: e\n    url: https://k\n    namespaces: [shop]\n"
        "    diagnostic_token_env: DB_LOOK\n    remediation_token_env: DB_LOOK\n",
        "line 18: “targets.k.remediation_token_env” is the token of diagnostics too",
    ),
    "a user": (
        "  r:\n    kind: redis\n    environment: e\n    host: r\n    diagnostic: {user: look, password_env: DB_LOOK}\n"
        "    remediation: {user: look, password_env: DB_FIX}\n",
        "line 17: “targets.r.remediation.user” is the user of diagnostics too",
    ),
    "a user by a pass": (
        "  n:\n    kind: nats\n    environment: e\n    host: n\n    diagnostic: {credentials_env: DB_LOOK}\n"
        "    remediation: {credentials_env: DB_LOOK}\n",
        "line 17: “targets.n.remediation” is the user of diagnostics too",
    ),
    "an identity": (
        "  a:\n    kind: aws\n    environment: e\n    region: eu-central-1\n    remediation: {}\n",
        "line 16: “targets.a.remediation” is the identity of diagnostics too",
    ),
    "an address": (
        "  d:\n    kind: docker\n    environment: e\n    diagnostic: http://d:1\n    remediation: http://d:1\n",
        "line 16: “targets.d.remediation” is the address of diagnostics too",
    ),
}


@pytest.mark.parametrize(("target", "sentence"), list(SHARED.values()), ids=list(SHARED))
def test_one_identity_for_looking_and_changing_stops_the_start(tmp_path: Path, target: str, sentence: str) -> None:
    told = refused(tmp_path, GOOD.partition("  shop-db:")[0] + target, ALSO="postgresql://other:x@db/shop?user=look")
    assert told.startswith(f"muster.yaml, {sentence}, so that a look could write")


def test_two_identities_of_one_kind_are_two(tmp_path: Path) -> None:
    """Roles that the account's own key takes, and URLs that do not name anybody."""
    roles = ("arn:aws:iam::123456789012:role/look", "arn:aws:iam::123456789012:role/fix")
    diagnostic, remediation = (f"{{role: '{role}'}}" for role in roles)
    aws = f"    region: eu-central-1\n    diagnostic: {diagnostic}\n    remediation: {remediation}\n"
    text = GOOD + f"  a:\n    kind: aws\n    environment: e\n{aws}"
    assert read(tmp_path, text, DB_LOOK="postgresql://[", DB_FIX="host=db user=fix").file.targets.keys() == {
        "shop-db",
        "a",
    }


HTTP = swapped("  announcements:", "  deliveries: http\n  announcements:")


def test_over_signed_http_the_signing_secret_takes_the_place_of_the_app_token(tmp_path: Path) -> None:
    environment = {"MUSTER_SLACK_APP_TOKEN": None, "MUSTER_SLACK_SIGNING_SECRET": "signing-very-secret"}
    configuration = read(tmp_path, HTTP, **environment)
    assert configuration.app_token is None
    assert configuration.signing_secret is not None
    assert configuration.signing_secret.get_secret_value() == "signing-very-secret"
    assert "signing-very-secret" not in repr(configuration)
    assert "signing-very-secret" in configuration.every_secret()
    assert refused(tmp_path, HTTP, MUSTER_SLACK_APP_TOKEN=None) == (
        "The environment variable MUSTER_SLACK_SIGNING_SECRET is not set; docs/install.md says where to find it."
    )
    assert "line 2: “slack.deliveries”: " in refused(tmp_path, HTTP.replace("http", "pigeon"))


def test_over_sockets_no_signing_secret_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, GOOD, MUSTER_SLACK_SIGNING_SECRET="x").signing_secret is None


def test_each_source_has_its_own_secrets_and_all_that_are_valid_now(tmp_path: Path) -> None:
    both = swapped("targets:", "  pagerduty: {secret_env: PD_SECRET}\ntargets:")
    configuration = read(tmp_path, both, PD_SECRET="old-very-secret  new-very-secret\n")
    assert configuration.source_secrets() == {
        "alertmanager": ("alertmanager-very-secret", "new-very-secret"),
        "pagerduty": ("old-very-secret", "new-very-secret"),
    }
    assert {"old-very-secret", "new-very-secret"} <= set(configuration.every_secret()), "each is hidden by itself, too"
    assert "PD_SECRET that stands here is not set" in refused(tmp_path, both)
    swapped_key = both.replace("secret_env", "token_env")
    assert "line 11: “sources.pagerduty.secret_env” is missing." in refused(tmp_path, swapped_key)


def test_of_two_missing_secrets_it_is_always_the_same_that_is_named(tmp_path: Path) -> None:
    assert "AM_TOKEN" in refused(tmp_path, GOOD, AM_TOKEN=None, DB_FIX=None, DB_LOOK=None)


def test_a_file_that_is_not_there_or_no_text_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"No such file or directory\); name the file with --config\."):
        load(tmp_path / "none.yaml", ENVIRONMENT)
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00\x80")
    with pytest.raises(WrongSetting, match=r"it is not UTF-8 text\); name the file with --config\."):
        load(tmp_path / "bytes.yaml", ENVIRONMENT)


def test_no_way_of_printing_the_configuration_shows_a_secret(tmp_path: Path) -> None:
    configuration = read(tmp_path, GOOD)
    shown = [repr(configuration), str(configuration), f"{configuration!r:>10}", str(asdict(configuration))]
    shown += [repr(configuration.secrets), repr(configuration.secrets.values())]
    assert not [each for each in shown if "very-secret" in each]


words = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 10**6),
    st.sampled_from(["U0ANA", "C0X", "postgres", "http", "15m", "runbooks", "AM_TOKEN", "https://x", "\u2028", ""]),
)
keys = st.sampled_from(
    [
        *("slack", "announcements", "systems", "shop", "runbook", "on_call", "approvers", "sources", "alertmanager"),
        *("targets", "http", "postgres", "kind", "environment", "canary", "method", "token_env", "web", "port", "x"),
    ]
)
trees = st.recursive(
    words, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=5), max_leaves=25
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(keys, trees, max_size=6))
def test_whatever_stands_in_the_file_it_is_one_sentence_that_names_the_file(
    tmp_path: Path, tree: dict[str, object]
) -> None:
    with (tmp_path / "made.yaml").open("w", encoding="utf-8") as file:
        yaml.safe_dump(tree, file)
    try:
        load(tmp_path / "made.yaml", ENVIRONMENT)
    except WrongSetting as wrong:
        sentence = str(wrong)
    else:
        return
    assert re.fullmatch(r"[^\n]*made\.yaml[^\n]*\.", sentence)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, len(GOOD)), st.integers(0, 6), st.text("[]{}:-*&!|>'\"%@,#? \n\tabU0\x00", max_size=4))
def test_no_slip_of_the_keyboard_ends_in_a_traceback(tmp_path: Path, at: int, gone: int, typed: str) -> None:
    text = GOOD[:at] + typed + GOOD[at + gone :]
    (tmp_path / "made.yaml").write_text(text, encoding="utf-8")
    try:
        load(tmp_path / "made.yaml", ENVIRONMENT)
    except WrongSetting as wrong:
        sentence = str(wrong)
    else:
        return
    assert "\n" not in sentence
    assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        ("{bucket: 's3://drafts'}", "“exports.s3.bucket”: write a bucket's name, without s3://."),
        ("{bucket: drafts, prefix: /team/}", "“exports.s3.prefix”: write a prefix such as team/drafts."),
        ("{bucket: drafts, key: AKIA}", "“exports.s3.key” is no setting; see docs/settings.md."),
    ],
)
def test_a_wrong_bucket_is_told_before_the_first_draft(tmp_path: Path, section: str, sentence: str) -> None:
    assert refused(tmp_path, GOOD + f"exports:\n  s3: {section}\n").endswith(sentence)


def test_no_section_is_checked_before_the_file_is_read() -> None:
    """To build what checks a section takes longer than to read the file: what nobody wrote is `unsaid`, not checked."""
    code = (
        "from bot.settings.sections import *; "
        "print([k.__name__ for k in Section.__subclasses__() if k.__pydantic_complete__])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"
