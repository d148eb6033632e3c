"""What a team deploys with names only what there is: files, paths, ports, accounts; and its manifest is a valid one."""

import re
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
MANIFEST = list(yaml.safe_load_all((ROOT / "deploy" / "kubernetes.yaml").read_text(encoding="utf-8")))
WEB = (ROOT / "bot" / "web" / "alerts.py").read_text(encoding="utf-8")


def copied() -> list[str]:
    """What the image takes from the checkout."""
    return re.findall(r"^COPY (?!--from)(\S+) \S+$", DOCKERFILE, re.MULTILINE)


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
    config = (ROOT / "deploy" / "haproxy.cfg").read_text(encoding="utf-8")
    assert re.findall(r"server (\S+) \1:8080", config) == ["muster-1", "muster-2"]
    (asked,) = re.findall(r"option httpchk GET (\S+)", config)
    assert f'("{asked}", ' in WEB
    (patience,) = re.findall(r"timeout check (\d+)s", config)
    assert int(patience) > 1, "on a machine in need both are slow, and neither is away"
    (published,) = COMPOSE["services"]["door"]["ports"]
    assert published.startswith("127.0.0.1:"), "TLS stands before it"


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


def test_an_outage_of_slack_takes_no_process_out_of_the_service() -> None:
    """Webhooks are taken while Slack is away: no probe asks whether Slack is there."""
    (container,) = MANIFEST[0]["spec"]["template"]["spec"]["containers"]
    probes = [container[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")]
    assert set(probes) == {"/healthz"}


def test_the_service_leads_to_the_pods_and_one_of_them_always_stays() -> None:
    labels = MANIFEST[0]["spec"]["template"]["metadata"]["labels"]
    assert MANIFEST[1]["spec"]["selector"] == MANIFEST[2]["spec"]["selector"]["matchLabels"] == labels
    assert MANIFEST[0]["spec"]["replicas"] > MANIFEST[2]["spec"]["maxUnavailable"]
