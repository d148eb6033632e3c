"""Alerts lead to the procedure that is headed by their name, in whatever shape a collection of runbooks has."""

from collections.abc import Mapping
from textwrap import dedent

import pytest

from compiler.compiling.compiled import compile_runbook
from compiler.recognise.wording import named_alerts
from tests.compiler.compiling.compiled import mappings, procedures, tree

ONE_ALERT = """
    # ShopPodCrashLooping

    ## Meaning

    A pod of the shop starts again and again.

    ## Impact

    Orders are late.

    ## Diagnosis

    - Look at the pods: `kubectl get pods -n shop`

    ### It has too little memory

    ```bash
    kubectl top pods -n shop
    ```

    ## Mitigation

    ### If a release is running

    1. Take it back: `kubectl rollout undo deploy/shop -n shop`
    """
MANY = """
    # The shop's runbooks

    ## Alerts

    ### ShopQueueGrows

    This alert fires when orders wait.

    1. Look at the workers: `kubectl get pods -l app=worker`
    2. Restart them: `kubectl rollout restart deploy/worker`

    ### High error rate

    #### Symptoms
    - Many 5xx

    #### Diagnosis
    - `kubectl get pods -l app=api`

    ### Thresholds of others

    - CPU > 90 %
    """


def routes(text: str) -> Mapping[str, str]:
    """The name of each alert, and the procedure that it leads to."""
    found = mappings(tree(text).get("routes", []))
    return {
        str(each["labels"]["alertname"]): str(each["procedure"])
        for each in found
        if isinstance(each["labels"], Mapping)
    }


def test_a_file_of_one_alert_is_one_procedure_that_the_alert_leads_to() -> None:
    (procedure,) = procedures(ONE_ALERT)
    assert routes(ONE_ALERT) == {"ShopPodCrashLooping": procedure["id"]}
    assert procedure["symptoms"] == ["A pod of the shop starts again and again."]
    look, top, undo = mappings(procedure["steps"])
    assert ("diagnostic" in look, "diagnostic" in top) == (True, True)
    assert (undo["title"], undo["when"], undo.get("temporary")) == ("Take it back", "a release is running", None)


def test_each_heading_of_a_list_of_alerts_leads_to_its_procedure() -> None:
    assert routes(MANY) == {"ShopQueueGrows": "shopqueuegrows", "High error rate": "high-error-rate"}
    grows, errors = procedures(MANY)
    assert (grows.get("purpose"), errors.get("purpose")) == (None, None)
    assert len(mappings(grows["steps"])) == 2


def test_a_title_of_the_sites_generator_is_the_documents() -> None:
    text = ONE_ALERT.replace("# ShopPodCrashLooping", "---\n    title: ShopPodCrashLooping\n    weight: 20\n    ---", 1)
    assert routes(text) == {"ShopPodCrashLooping": "shoppodcrashlooping"}


@pytest.mark.parametrize(
    "lines",
    ["**Alert**: `OrdersLate`, `OrdersStuck`", "Triggered by: OrdersLate, OrdersStuck",
     "**Alert names:**\n\n- `OrdersLate` – the queue grows\n- `OrdersStuck`"],
)  # fmt: skip
def test_a_line_names_the_alerts_of_its_procedure(lines: str) -> None:
    resolution = "**Resolution**\n\n1. Restart: `kubectl rollout restart deploy/shop`\n"
    text = f"# Shop\n\n## Orders are late\n\n{lines}\n\n{resolution}"
    assert routes(text) == {"OrdersLate": "orders-are-late", "OrdersStuck": "orders-are-late"}


def test_a_table_goes_before_a_heading() -> None:
    text = MANY + "\n    ## Alert rules\n\n    | Alert | Severity | Procedure |\n    |---|---|---|\n"
    text += "    | ShopQueueGrows | P1 | High error rate |\n"
    assert routes(text)["ShopQueueGrows"] == "high-error-rate"


@pytest.mark.parametrize(
    ("title", "names"),
    [
        ("KubePodCrashLooping", ("KubePodCrashLooping",)),
        ("etcdNoLeader (critical)", ("etcdNoLeader",)),
        ("Runbook: disk_almost_full", ("disk_almost_full",)),
        ("QuotaExceeded / QuotaFullyUsed", ("QuotaExceeded", "QuotaFullyUsed")),
        ("Alert: disk is full", ("disk is full",)),
        ("OrdersLate alert", ("OrdersLate",)),
        ("Database is down", ()),
        ("Alerting", ()),
        ("Restart", ()),
        ("KubeletDown", ("KubeletDown",)),
        ("RabbitMQ", ()),
        ("PostgreSQL", ()),
    ],
)
def test_names_of_alerts_in_headings(title: str, names: tuple[str, ...]) -> None:
    assert named_alerts(title) == names


def test_what_stands_below_an_alerts_heading_is_part_of_its_procedure() -> None:
    text = """
        # Runbooks

        ## ShopQueueGrows

        How to **investigate**:

        - Look for errors in the workers' logs

        ### The disk is full

        If the disk is full, nothing is written. You should:

        1. Enlarge it.

        ### Related alerts

        - OrdersLate

        ## ShopQueueGrowsAgain

        Same as [ShopQueueGrows](#shopqueuegrows).
        """
    (procedure,) = procedures(text)
    assert routes(text) == {"ShopQueueGrows": "shopqueuegrows", "ShopQueueGrowsAgain": "shopqueuegrows"}
    assert [(each["title"], each.get("when")) for each in mappings(procedure["steps"])] == [
        ("Look for errors in the workers' logs", None), ("Enlarge it", "the disk is full"),
    ]  # fmt: skip


def test_a_title_with_nothing_but_parts_below_it_is_one_procedure() -> None:
    text = """
        # Workers hang

        ## Pre-checks
        - Count them: `kubectl get pods -l app=worker`

        ## Resolution
        - Restart them: `kubectl rollout restart deploy/worker`

        ## Links
        - [Dashboard](https://grafana.internal/d/1)
        """
    (procedure,) = procedures(text)
    assert (procedure["title"], len(mappings(procedure["steps"]))) == ("Workers hang", 2)


def test_when_to_use_one_of_several_ways_is_no_symptom_of_the_alert() -> None:
    text = ONE_ALERT + "\n    ### Start anew\n\n    **When to use:** when nothing else helps.\n\n    1. Start anew.\n"
    (procedure,) = procedures(text)
    assert procedure["symptoms"] == ["A pod of the shop starts again and again."]


@pytest.mark.parametrize("title", ["", "# Pods of the shop crash\n"])
def test_a_file_that_is_named_after_an_alert_is_for_that_alert(title: str) -> None:
    text = title + dedent(ONE_ALERT).replace("# ShopPodCrashLooping", "", 1)
    compiled = compile_runbook(text, system="shop", file="ShopPodCrashLooping.md")
    (route,) = mappings(compiled.catalog["routes"])
    (procedure,) = mappings(compiled.catalog["procedures"])
    assert (route["labels"], route["procedure"]) == ({"alertname": "ShopPodCrashLooping"}, procedure["id"])


def test_a_handbook_of_one_product_stays_as_many_procedures_as_it_has() -> None:
    text = """
        # ShopOrderWorkers

        ## Restart them

        1. Run `kubectl rollout restart deploy/worker`

        ## Count them

        1. Run `kubectl get pods -l app=worker`
        """
    assert len(procedures(text)) == 2


def test_what_is_below_the_meaning_is_no_symptom() -> None:
    text = ONE_ALERT.replace("## Impact", "### How it is configured\n\n    - In a file.\n\n    ## Impact")
    (procedure,) = procedures(text)
    assert procedure["symptoms"] == ["A pod of the shop starts again and again."]
    assert len(mappings(procedure["steps"])) == 3


def test_a_heading_goes_before_what_another_procedure_says() -> None:
    text = """
        # Shop

        ## Orders are late

        **Alert**: OrdersLate, OrdersStuck

        **Related alerts**: ShopDown

        1. Look at the workers.

        ## OrdersStuck

        1. Restart the workers.
        """
    assert routes(text) == {"OrdersStuck": "ordersstuck", "OrdersLate": "orders-are-late"}


@pytest.mark.parametrize(
    "words",
    [
        "Symptoms: alert `HighErrorRate` fires, customers complain",
        "**Alerts:** `HighErrorRate`, `SlowAnswers`",
        "Triggered by: HighErrorRate (PagerDuty)",
        "You get here when the `HighErrorRate` alert is raised.",
        "Datadog raises `HighErrorRate` or support calls.",
        "This is for the alerts HighErrorRate and SlowAnswers.",
        "| Alert | `HighErrorRate` |\n|---|---|\n| Severity | SEV2 |",
        "- Alert: HighErrorRate",
    ],
)
def test_words_in_a_procedure_lead_an_alert_to_it(words: str) -> None:
    text = f"# Shop\n\n## Errors\n\n{words}\n\n1. `kubectl get pods -n shop`\n\n## Disk\n\n1. `df -h`\n"
    found = routes(text)
    assert found["HighErrorRate"] == "errors"
    assert set(found) <= {"HighErrorRate", "SlowAnswers"}


@pytest.mark.parametrize(
    "words",
    [
        "See also `DiskAlmostFull`, which alerts on another matter.",
        "1. Silence the alert DiskAlmostFull",
        "Wait until the `DiskAlmostFull` alert is resolved.",
        "An alert tells everybody that it is slow.",
    ],
)
def test_an_alert_that_is_only_mentioned_leads_nowhere(words: str) -> None:
    assert routes(f"# Shop\n\n## Errors\n\n{words}\n\n1. `kubectl get pods -n shop`\n") == {}


FRONT = """---
alert: EtcdSlow
severity: SEV1
owner: jo@shop.example
slack: "#shop"
---

## Look

1. `kubectl get pods -n etcd`

## Mend

1. `kubectl delete pod etcd-0 -n etcd`
"""


def test_what_a_page_says_of_itself_leads_its_alert_to_its_incident() -> None:
    (route,) = mappings(tree(FRONT.replace("## Look", "# Slow disk\n\nSymptoms: writes wait\n\n## Look"))["routes"])
    assert (route["labels"], route["procedure"], route["severity"]) == ({"alertname": "EtcdSlow"}, "slow-disk", "P1")


def test_a_page_headed_by_its_alert_is_one_procedure_whatever_labels_it_has() -> None:
    text = """
        # QueueBacklog Runbook

        ## Alert description

        **Severity:** SEV2
        **Normal capacity:** 7-30 jobs an hour

        ## Impact

        - Orders wait

        ## Investigation

        ### Scenario 1

        **Symptoms:**
        - Workers restart

        1. `kubectl get pods -n shop`
        """
    (procedure,) = procedures(text)
    assert routes(text) == {"QueueBacklog": procedure["id"]}
    assert (procedure["severity"], [each["title"] for each in mappings(procedure["steps"])]) == (
        "P2",
        ["kubectl get pods -n shop"],
    )


@pytest.mark.parametrize(
    ("words", "severity"),
    [("sev1", "P1"), ("It counts as a P0.", "P0"), ("It is a P0 when nothing answers.", None)],
)
def test_a_procedure_says_in_passing_how_bad_it_is(words: str, severity: str | None) -> None:
    (procedure,) = procedures(
        f"# Shop\n\n## Login\n\nSymptoms: nobody gets in\n\n- {words}\n\n{words}\n\n1. `uptime -p`\n"
    )
    assert procedure.get("severity") == severity


@pytest.mark.parametrize(
    ("heading", "names"),
    [
        ("When HighErrorRate fires", ["HighErrorRate"]),
        ("What to do when the DiskFull alert is firing", ["DiskFull"]),
        ("If disk_full is raised: free space", ["disk_full"]),
        ("2.1 When `EtcdMembersDown` or `EtcdNoLeader` goes off", ["EtcdMembersDown", "EtcdNoLeader"]),
        ("HighErrorRate is firing", ["HighErrorRate"]),
        ("Alert: High error rate (HighErrorRate)", ["HighErrorRate", "High error rate"]),
        ("Alert fired: disk_full", ["disk_full"]),
        ("Runbook for the alert HighErrorRate on checkout", ["HighErrorRate"]),
        ('Runbook for alert "Queue is too deep"', ["Queue is too deep"]),
        ("Handling the QueueDepth alert", ["QueueDepth"]),
        ("QueueDepth alert: what to do", ["QueueDepth"]),
        ("Checkout is slow (alerts: `HighLatency`, `SlowCheckout`)", ["HighLatency", "SlowCheckout"]),
        ("High error rate (`HighErrorRate`)", ["HighErrorRate"]),
        ("[HighLatency] Checkout is slow", ["HighLatency"]),
        ("HighLatency: checkout is slow", ["HighLatency"]),
        ("Checkout is slow – HighLatency", ["HighLatency"]),
        ("Responding to KubePodCrashLooping", ["KubePodCrashLooping"]),
        ("How to handle PodNotReady", ["PodNotReady"]),
        ("Paged for HighLatency?", ["HighLatency"]),
    ],
)
def test_the_name_of_an_alert_among_a_headings_words_leads_to_what_stands_below(heading: str, names: list[str]) -> None:
    text = f"# Shop\n\n## {heading}\n\n1. Look: `kubectl get pods`\n\n## Restart it\n\n1. `systemctl restart shop`\n"
    routes = mappings(tree(text)["routes"])
    (first, *_) = procedures(text)
    assert [each["labels"] for each in routes] == [{"alertname": name} for name in names]
    assert {each["procedure"] for each in routes} == {first["id"]}


@pytest.mark.parametrize(
    "heading",
    [
        "When an alert fires", "When something fires", "When PostgreSQL fires up", "When ImagePullBackOff happens",
        "Add an alert (HighErrorRate)", "Silence the HighErrorRate alert", "Configure Alertmanager (PagerDuty)",
        "Restart RabbitMQ (MessageQueue)", "Scale up (HorizontalPodAutoscaler)", "Failed deploys (GitHub)",
        "ErrorReportingService: restart it", "CircuitBreaker: reset it", "Slow checkout – OrderPaymentService",
        "How to handle OAuth tokens", "Handling GitHub webhooks", "Deploying MyShopService", "LimitRange",
        "Alerts and dashboards", "On call", "High error rate (5xx)", "Fix it (see the wiki)",
    ],
)  # fmt: skip
def test_general_words_in_a_heading_lead_no_alert_anywhere(heading: str) -> None:
    assert not tree(f"# Shop\n\n## {heading}\n\n1. Look: `kubectl get pods`\n").get("routes")


def test_what_a_page_covers_leads_to_its_only_procedure() -> None:
    text = """
        # Errors everywhere

        This page covers the `HighErrorRate` and `SlowCheckout` alerts.

        ## Steps

        1. Look: `kubectl get pods`
        """
    (procedure,) = procedures(text)
    assert [(each["labels"], each["procedure"]) for each in mappings(tree(text)["routes"])] == [
        ({"alertname": name}, procedure["id"]) for name in ("HighErrorRate", "SlowCheckout")
    ]
