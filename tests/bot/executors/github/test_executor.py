"""gh's commands asked of GitHub: looked at with a token proven unable to write, changed with another."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.executors.caps import Caps
from bot.executors.github.app import App
from bot.executors.github.executor import GithubTarget
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from incident.digest import Json
from incident.finding import OutcomeState
from incident.plan import Plan
from incident.verdict import Verdict
from tests.bot.executors.conftest import PATIENT, Clock, cut
from tests.fakes.github import CLASSIC, FIXER, INSTALLATION, LOOKER, REPOSITORY, FakeGithub, running_github


@pytest.fixture
async def github() -> AsyncIterator[FakeGithub]:
    """A repository with a run that failed, an open pull request and a merged one."""
    async with running_github() as made:
        yield made


def executor(github: FakeGithub, clock: Clock, **changes: object) -> ToolExecutor[Sequence[str]]:
    target = GithubTarget(
        name="studio-github",
        environment="production",
        repository=REPOSITORY,
        base_url=github.url,
        diagnostic_token=LOOKER,
        remediation_token=FIXER,
        caps=PATIENT,
        poll_seconds=0.01,
    )
    made = replace(target, **changes)  # type: ignore[arg-type]  # the settings of one test
    return made.executor(redactor=Redactor([LOOKER, FIXER]), clock=clock)


def plan(line: str) -> Plan:
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.READ_ONLY,
        executor="github",
        target="studio-github",
        environment="production",
        command={"argv": line.split()},
        shown=line,
        parameters={},
        catalog="0" * 64,
    )


async def test_a_token_that_is_refused_every_change_is_proven(github: FakeGithub, clock: Clock) -> None:
    found = await executor(github, clock).attest()
    assert found.proven, found.proof
    assert found.proof.startswith("The token was refused all of 5 changes that were tried with it (POST git/refs, ")
    assert "owner" not in found.proof
    github.owner = {"admin": False, "push": False, "triage": False, "pull": True}
    told = "GitHub says that its owner may not write to the repository, either."
    assert (await executor(github, clock).attest()).proof.endswith(told)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        (FIXER, "one token for diagnostics and remediations"),
        (CLASSIC, "The classic token has repo, with which it may write"),
        ("unknown-token-123", "did not let Muster in: renew its token"),
    ],
)
async def test_a_token_that_may_write_or_that_nobody_knows_is_not_proven(
    github: FakeGithub, clock: Clock, token: str, said: str
) -> None:
    weak = executor(github, clock, diagnostic_token=token)
    found = await weak.attest()
    assert not found.proven
    assert said in found.proof
    assert "diagnostics on studio-github are off" in str((await weak.look(plan("gh run list"))).error)


@pytest.mark.parametrize(
    ("line", "value", "shown"),
    [
        ("gh run list", 1, "failure  Release 7  Deploy    main    7    30m"),
        ("gh run list -w app.yml -L 5", 1, "Release 7"),
        ("gh run view 7", "failure", "Push image"),
        ("gh run watch 7", "failure", "Release 7 (Deploy, main): failure"),
        ("gh workflow list", 1, ".github/workflows/app.yml"),
        ("gh pr list", 1, "Change 11"),
        ("gh pr view 12", "merged", "branch-12"),
        ("gh pr checks 11", 1, "failure  lint"),
    ],
)
async def test_what_a_command_line_asks_is_what_it_shows(
    github: FakeGithub, clock: Clock, line: str, value: Json, shown: str
) -> None:
    sight = await executor(github, clock).look(plan(line))
    assert (sight.error, sight.value) == (None, value)
    assert shown in sight.output
    assert sight.receipt["repository"] == REPOSITORY


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("gh pr merge 11 --squash", "this is mutating"),
        ("gh api repos/acme/studio/pulls -X DELETE", "this is mutating"),
        ("gh secret list", "does not run “gh secret list”"),
        ("gh run view 7 -R other/repository", "is for other/repository"),
        ("gh run view 99", "no such thing"),
        ("gh auth token", "refused"),
    ],
)
async def test_what_it_does_not_do_ends_in_one_sentence(github: FakeGithub, clock: Clock, line: str, said: str) -> None:
    sight = await executor(github, clock).look(plan(line))
    assert said in str(sight.error)
    assert (github.runs[7]["conclusion"], github.pulls[11]["state"], len(github.pulls)) == ("failure", "open", 2)


async def test_a_workflow_is_started_found_and_followed_to_its_end(github: FakeGithub, clock: Clock) -> None:
    studio, heard = executor(github, clock), list[str]()
    step = plan("gh workflow run app.yml --ref main -f environment=production")
    assert (await studio.preview(step)).sentence == "It starts Deploy on main."
    github.steps = 40
    outcome = await studio.run(step, heard=heard.append)
    assert outcome.state is OutcomeState.RAN
    assert outcome.sentence == f"Run 8 succeeded: https://github.example/{REPOSITORY}/actions/runs/8."
    assert github.inputs == {"environment": "production"}
    assert outcome.receipt["run"] == "8"
    assert "in_progress  deploy" in "".join(heard)


async def test_a_run_that_fails_is_told_with_its_address(github: FakeGithub, clock: Clock) -> None:
    github.ends_as = "failure"
    outcome = await executor(github, clock).run(plan("gh workflow run app.yml"))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Run 8 ended as failure: see https://")
    assert "deploy" in outcome.output


async def test_a_run_that_lasts_longer_than_muster_waits_is_told_as_going_on(github: FakeGithub, clock: Clock) -> None:
    github.steps = 10_000
    caps = Caps(connect_seconds=10, look_seconds=10, run_seconds=2)
    outcome = await executor(github, clock, caps=caps).run(plan("gh workflow run app.yml"))
    assert outcome.state is OutcomeState.RAN
    assert "still goes on: follow it at" in outcome.sentence


async def test_a_run_that_began_and_cannot_be_followed_is_unknown(github: FakeGithub, clock: Clock) -> None:
    github.fault = "hides jobs"
    outcome = await executor(github, clock).run(plan("gh workflow run app.yml"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert outcome.sentence.startswith("It has begun, and cannot be followed.")


async def test_a_run_is_repeated_or_cancelled(github: FakeGithub, clock: Clock) -> None:
    studio = executor(github, clock)
    assert "Run 7: Release 7 on main is failure." in (await studio.preview(plan("gh run rerun 7 --failed"))).sentence
    assert (await studio.run(plan("gh run rerun 7 --failed"))).state is OutcomeState.RAN
    assert (await studio.run(plan("gh run cancel 7"))).sentence == "Run 7 was asked to end."
    assert github.runs[7]["conclusion"] == "cancelled"


async def test_a_pull_request_is_merged_once_and_reverted_as_a_pull_request(github: FakeGithub, clock: Clock) -> None:
    studio = executor(github, clock)
    step = plan("gh pr merge 11 --squash")
    assert "#11 Change 11 into main (3 files, 2 commits) is open." in (await studio.preview(step)).sentence
    assert (await studio.run(step)).sentence == "#11 was merged as c0ffeec0ffee."
    again = await studio.run(step)
    assert (again.state, "is merged already" in again.sentence) == (OutcomeState.FAILED, True)
    reverted = await studio.run(plan("gh pr revert 11"))
    assert reverted.sentence.startswith("#13 takes #11 back once it is merged: https://")
    assert github.pulls[13]["title"] == "Revert #11"


@pytest.mark.parametrize(
    "line", ["gh run list", "gh run view 7", "gh workflow list", "gh pr list", "gh pr view 12", "gh pr checks 11"]
)
@pytest.mark.parametrize("wrong", [b"<h1>Sign in</h1>", b'{"error": "no upstream"}'])
async def test_a_success_that_is_another_page_is_never_an_empty_list(
    github: FakeGithub, clock: Clock, line: str, wrong: bytes
) -> None:
    """An empty list of checks would look healthy."""
    looking = executor(github, clock)
    await looking.attest()
    github.wrong = wrong
    sight = await looking.look(plan(line))
    assert (sight.value, sight.output) == (None, "")
    assert "answered something" in str(sight.error)
    assert "check its `base_url`" in (await looking.attest()).proof


@pytest.mark.parametrize(
    ("fault", "said"), [("limited", "as often as it does in an hour"), ("down", "githubstatus.com")]
)
async def test_github_in_trouble_is_a_sentence(github: FakeGithub, clock: Clock, fault: str, said: str) -> None:
    studio = executor(github, clock)
    assert (await studio.attest()).proven
    github.fault = fault
    assert said in str((await studio.look(plan("gh run list"))).error)
    with pytest.raises(Outage, match=said):
        await studio.preview(plan("gh workflow run app.yml"))


async def test_a_cancelled_run_leaves_githubs_run_and_says_so(github: FakeGithub, clock: Clock) -> None:
    github.steps = 10_000
    patient = executor(github, clock, caps=Caps(run_seconds=60))
    running = asyncio.create_task(patient.run(plan("gh workflow run app.yml")))
    async with asyncio.timeout(60):
        while not any(path.endswith("/runs/8") for _, path in github.asked):
            await asyncio.sleep(0.02)
    outcome = await cut(running)
    assert outcome.state is OutcomeState.UNKNOWN
    assert outcome.receipt["run"] == "8"


async def test_without_the_other_token_nothing_is_changed(github: FakeGithub, clock: Clock) -> None:
    outcome = await executor(github, clock, remediation_token=None).run(plan("gh run cancel 7"))
    assert "no identity for remediations" in outcome.sentence


@pytest.fixture(scope="module")
def key() -> RSAPrivateKey:
    """An App's private key."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def _app(key: RSAPrivateKey, installation: str = INSTALLATION) -> App:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    return App(id=7, installation=int(installation), key=pem.decode())


async def test_an_app_takes_a_token_for_one_run_and_gives_it_back(
    github: FakeGithub, clock: Clock, key: RSAPrivateKey
) -> None:
    studio = executor(github, clock, remediation_token=None, remediation_app=_app(key))
    assert studio.changes
    outcome = await studio.run(plan("gh pr merge 11 --squash"))
    assert outcome.state is OutcomeState.RAN, outcome.sentence
    wanted = {"contents": "write", "pull_requests": "write"}
    assert outcome.receipt["as"] == ("App 7, by a token for this repository with contents: write, pull_requests: write")
    ((installation, proof, asked),) = github.given
    assert (installation, asked) == (INSTALLATION, {"repositories": ["studio"], "permissions": wanted})
    head, claims, signature = proof.split(".")
    key.public_key().verify(_bytes(signature), f"{head}.{claims}".encode(), PKCS1v15(), hashes.SHA256())
    said = json.loads(_bytes(claims))
    assert said["iss"] == "7"
    assert said["exp"] - clock().timestamp() <= 600
    assert github.valid == set()


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


async def test_an_app_that_is_not_installed_or_has_no_key_changes_nothing(
    github: FakeGithub, clock: Clock, key: RSAPrivateKey
) -> None:
    strange = executor(github, clock, remediation_token=None, remediation_app=_app(key, "43"))
    outcome = await strange.run(plan("gh run cancel 7"))
    assert (outcome.state, outcome.in_vain) == (OutcomeState.FAILED, True)
    keyless = executor(github, clock, remediation_token=None, remediation_app=App(id=7, installation=42, key="none"))
    assert "is no private key in PEM" in (await keyless.run(plan("gh run cancel 7"))).sentence
    assert "none" not in repr(App(id=7, installation=42, key="none"))
