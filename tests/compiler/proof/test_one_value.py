"""Whether an answer is one value by the form of its command; what may be a list gives nothing to anybody."""

import pytest

from compiler.proof.line import prove
from compiler.proof.one_value import is_one_value

_ONE = """
aws rds describe-db-snapshots --query 'DBSnapshots[0].DBSnapshotIdentifier' --output text
aws rds describe-db-snapshots --query 'DBSnapshots[*].DBSnapshotIdentifier | [0]' --output text
aws rds describe-db-snapshots --query 'sort_by(DBSnapshots, &SnapshotCreateTime)[-1].DBSnapshotIdentifier'
aws ecs list-tasks --cluster c --query='length(taskArns)'
aws ecs describe-services --cluster c --services s --query "max_by(services[?status=='ACTIVE'], &runningCount).status"
kubectl get pods -l app=x -o jsonpath='{.items[0].metadata.name}'
kubectl get deploy api -o=jsonpath='{.spec.replicas}'
kubectl get pods -o name | head -1
kubectl get pods | grep api | awk '{print $1}' | head -n1
docker inspect --format '{{.Image}}' api
docker container inspect -f '{{.Id}}' api
psql -tAc "SELECT id FROM t ORDER BY 1 LIMIT 1"
psql -tAc "SELECT count(*) FROM t"
psql -tAc "SELECT now()"
psql -c "SHOW max_connections"
redis-cli LLEN queue
redis-cli GET leader
curl -s https://x.example/api/version | jq -r .version
ls -t /backups | head -1
cat /etc/hosts | wc -l
hostname
"""
_MANY = """
aws rds describe-db-snapshots --query 'DBSnapshots[*].DBSnapshotIdentifier' --output text
aws rds describe-db-snapshots --query 'DBSnapshots[].DBSnapshotIdentifier' --output text
aws rds describe-db-snapshots --query 'sort_by(DBSnapshots, &SnapshotCreateTime)'
aws rds describe-db-snapshots --query 'DBSnapshots[0:2]'
aws rds describe-db-snapshots
aws ecs list-tasks --cluster c --query taskArns --output text
aws ecs describe-services --cluster c --services s --query 'services[0].[taskDefinition,desiredCount]'
aws ecs describe-services --cluster c --services s --query 'services[0].{a: taskDefinition}'
kubectl get pods -l app=x -o jsonpath='{.items[*].metadata.name}'
kubectl get pods -o name
kubectl get pods | grep api | awk '{print $1}'
kubectl get pods | tail -n +1
docker inspect -f '{{.State.Status}}' api web
docker inspect -f '{{.Name}} {{.Image}}' api
docker ps -q -f name=api
psql -tAc "SELECT id, name FROM t LIMIT 1"
psql -tAc "SELECT * FROM t LIMIT 1"
psql -tAc "SELECT id FROM t LIMIT 2"
psql -tAc "SELECT max(id) FROM t GROUP BY name"
psql -tAc "SELECT max(id) OVER () FROM t"
psql -tAc "SELECT generate_series(1, 3)"
redis-cli LRANGE queue 0 -1
curl -s https://x.example/api/version
curl -s https://x.example/api/nodes | jq '.[].id'
wc -l /var/log/syslog
"""


def _is_one(line: str) -> bool:
    proof = prove(line)
    assert proof.executor is not None, proof.judgement.reason
    return is_one_value(proof.executor, proof.command)


@pytest.mark.parametrize("line", _ONE.strip().splitlines())
def test_one_value_is_known_by_its_form(line: str) -> None:
    assert _is_one(line)


@pytest.mark.parametrize("line", _MANY.strip().splitlines())
def test_what_may_be_several_is_none(line: str) -> None:
    assert not _is_one(line)
