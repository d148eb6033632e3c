"""What a team deploys with names only what there is: files, paths, ports, accounts; and its manifest is a valid one."""

import re
from pathlib import Path

import kubernetes_validate
import yaml

from bot import config
from bot.workspace import DRAIN_WITHIN

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
MANIFEST = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")))
DOOR = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
INSTALL = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
WEB = (ROOT / "bot" / "web" / "alerts.py").read_text(encoding="utf-8")


def copied() -> list[str]:
    """What the image takes from the checkout."""
    return re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)


def _stages() -> tuple[str, str]:
    """What builds, and what is kept of it."""
    build, image = DOCKERFILE.split("\nFROM ")[1:]
    return build, image


def test_the_image_is_made_of_what_serves_a_team_and_of_nothing_else() -> None:
    """The ignore file lets exactly that through."""
    assert all((ROOT / each).exists() for each in copied())
    assert not {"demo", "sandbox", "tests", "bench"} & set(copied())
    let_through = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(let_through) == sorted(copied())


def test_the_image_runs_as_an_ordinary_account_by_its_number_and_writes_in_one_place() -> None:
    """A number, because Kubernetes cannot tell from a name that it is not root."""
    (account,) = re.findall(r"^USER (\S+)$", DOCKERFILE, re.MULTILINE)
    assert account == "10001"
    assert re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE) == ["/data"]
    (asked,) = re.findall(r"http://127\.0\.0\.1:8080(/\w+)", DOCKERFILE)
    assert f'("{asked}", ' in WEB


def test_the_image_can_be_read_by_its_account_however_strict_the_checkout_is() -> None:
    """Made with umask 077 it is its owner's alone: rights are given before anything is copied into the image."""
    build, image = _stages()
    assert "chmod -R a+rX ." in build
    assert all(line.startswith("COPY --from=build ") for line in re.findall(r"^COPY .*$", image, re.MULTILINE))


def test_the_image_holds_no_package_manager_of_its_own() -> None:
    """One is locked among the requirements, because a library names it for a command that nobody gives here."""
    build, _ = _stages()
    assert build.index("install --no-cache-dir") < build.index("uninstall --yes pip") < build.index("compileall")


def test_every_command_in_a_container_finds_the_file_of_the_bot_that_runs_there() -> None:
    """Else `muster freeze` in it would stop nothing: without a file there is another store."""
    _, image = _stages()
    (folder,) = re.findall(r"^WORKDIR (\S+)$", image, re.MULTILINE)
    found = f"{folder}/{config.USUAL}"
    assert 'ENTRYPOINT ["muster"]\nCMD ["run"]' in image
    assert all(
        f"./{config.USUAL}:{found}:ro" in COMPOSE["services"][each]["volumes"] for each in ("muster-1", "muster-2")
    )
    (container,) = MANIFEST[0]["spec"]["template"]["spec"]["containers"]
    assert found in {each["mountPath"] for each in container["volumeMounts"]}
    assert f"{config.USUAL}:{found}:ro" in INSTALL


def test_nothing_that_runs_the_image_kills_a_process_that_is_still_ending() -> None:
    """What is lingered, then each of its listeners, its work and what it took in, to its limit."""
    longest = 5 + 4 * DRAIN_WITHIN
    waits = [COMPOSE["services"][each]["stop_grace_period"] for each in ("muster-1", "muster-2")]
    waits += re.findall(r"docker run .*--stop-timeout (\d+)", INSTALL)
    waits.append(MANIFEST[0]["spec"]["template"]["spec"]["terminationGracePeriodSeconds"])
    assert len(waits) == 4
    assert all(int(str(each).removesuffix("s")) > longest for each in waits)


def test_what_the_compose_file_wants_is_in_the_examples() -> None:
    """Below a #, as most teams have one process; and the docs replace the processes that there are."""
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    variables = set(re.findall(r"\$\{(\w+)", text)) | set(re.findall(r"url_env: (\w+)", text))
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert variables == {"POSTGRES_PASSWORD", "MUSTER_STORE_URL", "MUSTER_REDIS_URL"}
    assert all(re.search(rf"^#{each}=", example, re.MULTILINE) for each in variables)
    (address,) = re.findall(r"^#MUSTER_STORE_URL=postgresql://(\S+)$", example, re.MULTILINE)
    assert re.fullmatch(r"muster:replace-me@postgres:5432/muster", address)
    named = re.findall(r"docker compose up --no-deps .* (\S+)$", INSTALL, re.MULTILINE)
    assert named == ["muster-1", "muster-2"]


def test_the_two_processes_of_the_compose_file_share_nothing_but_the_store_and_cannot_write_elsewhere() -> None:
    """Each spools into a volume of its own."""
    one, two = COMPOSE["services"]["muster-1"], COMPOSE["services"]["muster-2"]
    for each in (one, two):
        assert each["read_only"] is True
        assert each["cap_drop"] == ["ALL"]
        assert set(each["depends_on"]) == {"postgres", "redis"}
        assert "ports" not in each, "what knocks comes through the door"
    volumes = [each["volumes"][-1].partition(":")[0] for each in (one, two)]
    assert len(set(volumes)) == 2
    assert set(volumes) < set(COMPOSE["volumes"])


def test_the_door_of_the_compose_file_knows_both_processes_and_asks_what_there_is() -> None:
    """A process that is leaving answers there with 503."""
    assert re.findall(r"server (\S+) \1:8080", DOOR) == ["muster-1", "muster-2"]
    (asked,) = re.findall(r"option httpchk GET (\S+)", DOOR)
    assert f'("{asked}", ' in WEB
    (patience,) = re.findall(r"timeout check (\d+)s", DOOR)
    assert int(patience) > 1, "on a machine in need both are slow, and neither is away"
    (published,) = COMPOSE["services"]["door"]["ports"]
    assert published.startswith("127.0.0.1:"), "TLS stands before it"


def test_the_door_asks_whatever_engine_it_runs_on_where_a_process_is_and_keeps_what_it_knows() -> None:
    """Docker and Podman answer at different addresses; without an answer both processes would be away after 30 s."""
    names = DOOR.partition("resolvers engine")[2].split("\n\n")[-1]
    assert "parse-resolv-conf" in names
    assert "nameserver" not in names
    holds = dict(re.findall(r"hold (\w+) (\S+)", names))
    assert holds.pop("valid") == "5s"
    assert holds == dict.fromkeys(("timeout", "refused", "other", "nx"), "1d")


def test_the_manifest_is_valid_for_kubernetes() -> None:
    """Strictly: a misspelt key is a fault."""
    for each in MANIFEST:
        kubernetes_validate.validate(each, "1.30", strict=True)
    assert [each["kind"] for each in MANIFEST] == ["StatefulSet", "Service", "PodDisruptionBudget"]


def test_the_manifest_lets_the_process_do_nothing_that_it_need_not() -> None:
    """As an ordinary account, with no right of its own, no token, and a file system that cannot be written."""
    spec = MANIFEST[0]["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert spec["securityContext"]["runAsUser"] == 10001
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["automountServiceAccountToken"] is False
    allowed = container["securityContext"]
    assert allowed["readOnlyRootFilesystem"] is True
    assert allowed["capabilities"] == {"drop": ["ALL"]}
    assert {each["mountPath"] for each in container["volumeMounts"] if not each.get("readOnly")} == {"/data", "/tmp"}
    assert "memory" in container["resources"]["limits"]


def test_the_process_gets_no_variable_but_the_teams_and_keeps_its_files_to_itself() -> None:
    """The Service is called muster: its address would come as MUSTER_PORT, beside the bot's own variables."""
    spec = MANIFEST[0]["spec"]["template"]["spec"]
    assert spec["enableServiceLinks"] is False
    assert spec["securityContext"]["fsGroupChangePolicy"] == "OnRootMismatch"


def test_what_the_manifest_refers_to_is_made_by_the_commands_above_it() -> None:
    text = (ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")
    made = set(re.findall(r"kubectl create (?:secret generic|configmap) (\S+)", text))
    spec = MANIFEST[0]["spec"]["template"]["spec"]
    wanted = {each["configMap"]["name"] for each in spec["volumes"] if "configMap" in each}
    wanted |= {each["secretRef"]["name"] for each in spec["containers"][0]["envFrom"]}
    assert made == wanted


def test_an_outage_of_slack_takes_no_process_out_of_the_service() -> None:
    """Webhooks are taken while Slack is away: no probe asks whether Slack is there."""
    (container,) = MANIFEST[0]["spec"]["template"]["spec"]["containers"]
    probes = [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    assert set(probes) == {"/healthz"}


def test_the_service_leads_to_the_pods_and_one_of_them_always_stays() -> None:
    labels = MANIFEST[0]["spec"]["template"]["metadata"]["labels"]
    assert MANIFEST[1]["spec"]["selector"] == MANIFEST[2]["spec"]["selector"]["matchLabels"] == labels
    assert MANIFEST[0]["spec"]["replicas"] > MANIFEST[2]["spec"]["maxUnavailable"]
    assert MANIFEST[2]["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow", "one that cannot start holds up no node"
