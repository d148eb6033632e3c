"""What Pulse AI Studio has in its AWS account, and who may do what there."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from demo.aws import AwsApi, Key

REGION: Final = "eu-central-1"
CLUSTER: Final = "ai-studio-cluster"
BACKEND: Final = "ai-studio-backend"
GATEWAY: Final = "ai-studio-gateway"
WORKER: Final = "ai-studio-worker"
WISHED: Final[Mapping[str, int]] = {BACKEND: 2, GATEWAY: 2, WORKER: 1}
"""How many tasks of each service are wished for."""
DATABASE_URL: Final = "AI_STUDIO_DATABASE_URL"
REDIS_URL: Final = "AI_STUDIO_REDIS_URL"

LOOKER: Final = "muster-diagnostic"
FIXER: Final = "muster-remediation"
TASK: Final = "ai-studio-task"
OPERATOR: Final = "ai-studio-operator"
RIGHTS: Final[Mapping[str, Sequence[str]]] = {
    LOOKER: (
        *("ecs:Describe*", "ecs:List*", "logs:FilterLogEvents", "logs:Describe*", "rds:Describe*"),
        # moto goes by the name that a call to CloudWatch is signed with.
        *("monitoring:DescribeAlarms", "elasticloadbalancing:Describe*", "application-autoscaling:Describe*"),
        *("s3:ListBucket", "secretsmanager:ListSecrets", "secretsmanager:DescribeSecret", "ses:Get*", "ses:List*"),
    ),
    FIXER: (
        *("ecs:UpdateService", "rds:ModifyDBCluster", "rds:CreateDBClusterSnapshot", "rds:CreateDBInstance"),
        *("rds:RestoreDBClusterFromSnapshot", "rds:RestoreDBClusterToPointInTime", "s3:PutBucketVersioning"),
        *("application-autoscaling:RegisterScalableTarget", "application-autoscaling:PutScalingPolicy"),
    ),
    TASK: ("secretsmanager:GetSecretValue", "logs:PutLogEvents"),
    OPERATOR: ("secretsmanager:PutSecretValue", "rds:*"),
}
"""Each identity → its actions. The first two are Muster's, the third the services' own, the last the team's."""

_OTHER_SECRETS: Final = ("AI_STUDIO_JWT_SECRET", "OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY")
_SCALED: Final = {
    "ServiceNamespace": "ecs",
    "ResourceId": f"service/{CLUSTER}/{GATEWAY}",
    "ScalableDimension": "ecs:service:DesiredCount",
}


def prepare(aws: AwsApi, secrets: Mapping[str, str]) -> Mapping[str, Key]:
    """Make what the runbook names, with these secrets; from then on each call needs a right. Returns RIGHTS' keys."""
    _services(aws.client("ecs"))
    logs = aws.client("logs")
    for service in WISHED:
        logs.create_log_group(logGroupName=log_group(service))
        logs.create_log_stream(logGroupName=log_group(service), logStreamName=service)
    vault = aws.client("secretsmanager")
    for name, value in {**dict.fromkeys(_OTHER_SECRETS, "only a rehearsal"), **secrets}.items():
        vault.create_secret(Name=name, SecretString=value)
    _database(aws.client("rds"))
    _files(aws.client("s3"))
    aws.client("application-autoscaling").register_scalable_target(**_SCALED, MinCapacity=2, MaxCapacity=8)
    aws.client("ses").verify_email_identity(EmailAddress="studio@your-domain.tld")
    return aws.enforce(RIGHTS)


def log_group(service: str) -> str:
    """Where a service's tasks write."""
    return f"/ecs/{service}"


def _services(ecs: Any) -> None:
    ecs.create_cluster(clusterName=CLUSTER)
    for service, wished in WISHED.items():
        container = {"name": service.removeprefix("ai-studio-"), "image": f"{service}:release", "memory": 512}
        for _ in range(2):
            ecs.register_task_definition(family=service, containerDefinitions=[container])
        ecs.create_service(
            cluster=CLUSTER,
            serviceName=service,
            taskDefinition=f"{service}:2",
            desiredCount=wished,
            launchType="FARGATE",
        )


def _database(rds: Any) -> None:
    """The cluster as AWS knows it; what is in it is in a real PostgreSQL."""
    rds.create_db_cluster(
        DBClusterIdentifier="ai-studio-db",
        Engine="aurora-postgresql",
        MasterUsername="studio",
        MasterUserPassword="only-a-rehearsal",
        ServerlessV2ScalingConfiguration={"MinCapacity": 1, "MaxCapacity": 8},
    )
    rds.create_db_cluster_snapshot(DBClusterIdentifier="ai-studio-db", DBClusterSnapshotIdentifier="ai-studio-daily")


def _files(s3: Any) -> None:
    for bucket in ("ai-studio-assets", "ai-studio-backup-assets"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for number in range(3):
        s3.put_object(Bucket="ai-studio-assets", Key=f"images/{number}.png", Body=b"\x89PNG" * 256)
