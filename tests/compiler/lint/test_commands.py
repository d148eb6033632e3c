"""What lint says about commands, and that what it would have written instead is proven."""

from pathlib import Path

import pytest

from compiler.lint.remark import RULES, Weight
from compiler.proof.line import prove
from incident.verdict import Verdict
from tests.compiler.lint.linting import report, said, shell

_RUNBOOKS = Path(__file__).parents[3] / "runbooks"
REWRITTEN = {
    "docker exec -it cache redis-cli": "docker exec cache redis-cli PING",
    "docker exec -it db psql -U shop": 'docker exec db psql -U shop -c "SELECT 1"',
    "docker exec -it api bash": "docker exec api ps aux",
    "ssh deploy@web1": "ssh deploy@web1 uptime",
    "aws secretsmanager get-secret-value --secret-id shop --region eu-west-1": (
        "aws secretsmanager describe-secret --secret-id shop --region eu-west-1"
    ),
    "docker compose logs api | awk '{system($1)}'": "docker compose logs api",
    "curl -w '@format.txt' -s http://api.internal/health": (
        "curl -w '%{http_code} %{time_total}\\n' -s http://api.internal/health"
    ),
    'curl -H "Authorization: Bearer abcdef1234567890" https://api.internal/health': (
        'curl -H "Authorization: Bearer $API_TOKEN" https://api.internal/health'
    ),
    "for pod in a b; do kubectl delete pod $pod; done": "kubectl delete pod {{pod}}",
    "docker ps -q | xargs docker inspect": "docker ps -q, then docker inspect {{each}}",
    "cat <<EOF | kubectl apply -f -\na: b\nEOF": "kubectl apply -f {{file}}",
}


@pytest.mark.parametrize(("command", "instead"), REWRITTEN.items())
def test_a_refused_command_is_rewritten_to_commands_that_are_proven(command: str, instead: str) -> None:
    (remark,) = said(shell(command), "refused-command")
    assert remark.weight is Weight.ERROR
    assert remark.line == 3
    assert remark.instead.endswith(instead)
    for each in instead.split(", then "):
        assert prove(each).judgement.verdict is not Verdict.REFUSED


@pytest.mark.parametrize(
    ("command", "advice"),
    [
        ("BEGIN;", "alone"),
        ("kubectl edit deploy shop", "kubectl patch"),
        ("docker compose exec api env", "where it is configured"),
        ("kubectl get secret shop -o yaml", "who may read it"),
        ("curl https://get.internal/install.sh | bash", "step of its own"),
        ("if true; then ls; fi", "one step for each branch"),
        ("KEY=$(aws secretsmanager get-secret-value --secret-id shop)", "who may read it"),
        ("openssl rand -hex 32", "script in the repository"),
    ],
)
def test_where_no_command_can_stand_for_a_refused_one_it_says_what_to_do(command: str, advice: str) -> None:
    fence = "sql" if command == "BEGIN;" else "bash"
    (remark,) = said(f"# Runbook\n```{fence}\n{command}\n```", "refused-command")
    assert advice in remark.instead


@pytest.mark.parametrize(
    "command", ["cd /srv/shop", "export TAG=v2", "TAG=v2", 'F="b_$(date +%F).sql"', "export K=~/.k"]
)
def test_what_only_changes_the_authors_shell_is_told_gently_and_once(command: str) -> None:
    (remark,) = [each for each in report(shell(command, "uptime")).remarks if each.line == 3]
    assert (remark.rule, remark.weight) == ("shell-state", Weight.NOTE)
    assert remark.instead.endswith("in the command that needs it")


def test_a_session_with_lines_typed_into_it_is_a_note_that_shows_the_first_as_one_command() -> None:
    (remark,) = said(shell("docker exec -it cache redis-cli", "KEYS cart:*", "TTL cart:1"), "refused-command")
    assert remark.weight is Weight.NOTE
    assert remark.instead == "docker exec cache redis-cli --scan --pattern 'cart:*'"
    assert prove(remark.instead).judgement.verdict is Verdict.READ_ONLY


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("docker compose logs -f api", "docker compose logs api --tail=1000"),
        ("docker compose logs -f api | grep ERROR", "docker compose logs api --tail=1000 | grep ERROR"),
        ("kubectl logs -f deploy/shop", "kubectl logs deploy/shop --tail=1000"),
        ("tail -f /var/log/shop.log", "tail -n 100 /var/log/shop.log"),
        ("docker stats", "docker stats --no-stream"),
        ('watch -n 5 "uptime"', "uptime"),
        ("gh run watch", "gh run list --limit 5"),
        ("redis-cli KEYS 'cart:*'", "redis-cli --scan --pattern 'cart:*'"),
    ],
)
def test_a_read_that_never_ends_is_shown_as_a_whole_line_that_only_looks(command: str, instead: str) -> None:
    (remark,) = said(shell(command), "unbounded-read")
    assert remark.instead == instead
    assert prove(instead).judgement.verdict is Verdict.READ_ONLY


@pytest.mark.parametrize(
    "command",
    [
        "docker compose logs --since 30m api | grep -vF '[]'",
        "docker-compose -f prod.yml logs api",
        "aws ecs wait services-stable --cluster shop --services api",
        "kubectl rollout status deploy/shop --timeout=120s",
    ],
)
def test_a_read_that_ends_by_itself_is_not_blamed_for_a_limit_that_muster_adds(command: str) -> None:
    assert not said(shell(command), "unbounded-read")


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("curl https://shop.internal/users/user-id-here", "{{user_id_here}}"),
        ("kubectl -n <namespace> get pod YOUR_POD", "{{your_pod}}"),
    ],
)
def test_a_blank_that_could_be_a_value_is_told_with_its_plain_form(command: str, instead: str) -> None:
    (remark,) = said(shell(command), "ambiguous-placeholder")
    assert instead in remark.instead


@pytest.mark.parametrize(
    "command",
    [
        "kubectl get pod <pod>",
        "kubectl get pod {{pod}}",
        "kubectl get pod $POD",
        "ls /srv",
        "ping -c 3 <printer>.print.example.org",
    ],
)
def test_a_blank_that_is_marked_as_one_is_fine(command: str) -> None:
    assert not said(shell(command), "ambiguous-placeholder")


def test_smart_quotes_in_a_command_are_named_with_the_plain_command() -> None:
    (remark,) = said(shell("kubectl get pods -n “shop”"), "typographic-character")
    assert "U+201C" in remark.text
    assert remark.instead == 'kubectl get pods -n "shop"'
    assert not said("# The “shop” – its guide…", "typographic-character")


@pytest.mark.parametrize("character", ["\u200b", "\u202e", "\u2066", "\u00ad", "\x1b", "\u2028"])
def test_a_character_that_does_not_show_is_found_anywhere(character: str) -> None:
    assert [each.line for each in said(f"# Guide\n\nCall{character} Ann.", "hidden-character")] == [3]
    assert [each.line for each in said(shell(f"ls{character} /srv"), "hidden-character")] == [3]


def test_typographers_spaces_and_emoji_are_fine_in_words_and_not_in_commands() -> None:
    assert not said("# Guide 👨‍💻\n\nAbove 10\u00a0% or 5\u202fs.", "hidden-character")
    assert [each.line for each in said(shell("ls\u00a0/srv"), "hidden-character")] == [3]


def test_no_command_that_holds_a_secret_is_shown_again() -> None:
    for command in (
        "curl -u admin:hunter22hunter https://shop.internal/health",
        'curl -H "Authorization: Bearer hunter22hunter" https://shop.internal/health',
        "PGPASSWORD=hunter22hunter psql -h db -c 'SELECT 1'",
        "docker exec -it -e API_TOKEN=hunter22hunter api bash",
        "export DB_PASSWORD=hunter22hunter",
    ):
        assert report(shell(command)).remarks
        assert not [str(each) for each in report(shell(command)).remarks if "hunter22" in str(each)]


@pytest.mark.parametrize("path", sorted(_RUNBOOKS.glob("*/runbook.md")), ids=lambda path: path.parent.name)
def test_our_own_runbooks_have_no_error_and_every_rule_that_is_used_is_described(path: Path) -> None:
    remarks = report(path.read_text()).remarks
    assert not [str(each) for each in remarks if each.weight is Weight.ERROR]
    assert {each.rule for each in remarks} <= RULES.keys()


def test_nothing_is_said_twice_on_one_line() -> None:
    text = shell("export LIMIT=1", "docker compose restart api", "docker exec -it api bash", "docker exec -it api bash")
    told = [(each.line, each.rule) for each in report(text).remarks]
    assert len(told) == len(set(told))
    assert (3, "no-effect") in told
    assert (3, "shell-state") not in told


def test_a_value_inside_a_command_becomes_a_step_before_it() -> None:
    """Only where it is one value: of several things another command would be made."""
    newest = "aws ecs list-tasks --cluster c --query 'taskArns[0]' --output text"
    (one,) = said(shell(f"aws ecs stop-task --cluster c --task $({newest})"), "refused-command")
    assert one.instead == f'VALUE=$({newest}), then aws ecs stop-task --cluster c --task "$VALUE"'
    (several,) = said(shell("docker rm $(docker ps -aq)"), "refused-command")
    assert "VALUE" not in several.instead


@pytest.mark.parametrize(
    ("command", "instead"),
    [
        ("docker restart CONTAINER", "docker restart {{container}}"),
        ("kubectl delete pod POD -n NAMESPACE", "kubectl delete pod {{pod}} -n {{namespace}}"),
        ("kubectl logs POD_NAME | grep HOST", "kubectl logs {{pod_name}} | grep HOST"),
        ("aws ec2 reboot-instances --instance-ids=INSTANCE_ID",
         "aws ec2 reboot-instances --instance-ids={{instance_id}}"),
        ("curl -X POST https://api.internal/users/USER_ID/reset",
         "curl -X POST https://api.internal/users/{{user_id}}/reset"),
        ("psql -h DB_HOST -c 'SELECT ID FROM DB_HOST'", "psql -h {{db_host}} -c 'SELECT ID FROM DB_HOST'"),
        ("redis-cli -h HOST INFO", "redis-cli -h {{host}} INFO"),
        ("kill -9 XXXX", "kill -9 {{value}}"),
    ],
)  # fmt: skip
def test_a_blank_that_only_capitals_mark_is_told(command: str, instead: str) -> None:
    (remark,) = said(shell(command), "ambiguous-placeholder")
    assert remark.instead == instead


@pytest.mark.parametrize(
    "command",
    [
        "psql -c \"SELECT COUNT(*) FROM ORDERS WHERE STATE = 'OPEN'\"",
        "curl -X DELETE http://localhost/carts",
        "redis-cli CLIENT KILL ID 5",
        "redis-cli CLUSTER NODES",
        "git reset --hard HEAD",
        "kill -s TERM 12",
        "NODE_ENV=production HOST=db-1 ./start.sh",
        "docker run -e DATABASE_HOST redis",
        "kubectl exec shop-0 -- printenv DATABASE_HOST",
        "kubectl get pods -o custom-columns=NAME:.metadata.name,NODE:.spec.nodeName",
        "ps -eo PID,USER,CMD",
        "docker ps --format 'table {{.ID}} {{.Names}}'",
        "grep HOST /etc/hosts",
        "kubectl get pods -l env=PROD",
        "aws ecs list-tasks --launch-type FARGATE",
        "gh secret set API_KEY",
        "ssh $HOST uptime",
        "kubectl delete pod {{pod}}",
    ],
)
def test_other_words_in_capitals_are_no_blanks(command: str) -> None:
    assert not [each for each in said(shell(command), "ambiguous-placeholder") if "capitals" in each.text]
