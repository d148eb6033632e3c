"""Which resources each of AWS's changes touches, by the parameters that name them: data for the policy of one step.

A line is a service as IAM names it, an operation with the actions that it needs where they are not just itself, and its
resources behind ``arn:PARTITION:SERVICE:REGION:ACCOUNT:``, or whole where they begin with ``arn:``. ``{Name}`` is what
the step gives for that parameter, and each of several; ``{Name|other}`` is ``other`` where it gives none, ``{Name/}``
only what stands behind the last slash, ``{Name:*}`` any revision unless one is named, ``{/Name}`` it
behind one slash. A resource whose parameters are not given is none. A line that begins with blanks goes on with the one
before.
"""

from typing import Final

TABLE: Final = """
apprunner PauseService {ServiceArn}
apprunner ResumeService {ServiceArn}
apprunner StartDeployment {ServiceArn}
autoscaling CancelInstanceRefresh autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling DetachInstances autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling EnterStandby autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling ExitStandby autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling ResumeProcesses autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling RollbackInstanceRefresh autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling SetDesiredCapacity autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling SetInstanceProtection autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling StartInstanceRefresh autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling SuspendProcesses autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
autoscaling UpdateAutoScalingGroup autoScalingGroup:*:autoScalingGroupName/{AutoScalingGroupName}
batch CancelJob job/{jobId}
batch TerminateJob job/{jobId}
cloudfront CreateInvalidation arn:PARTITION:cloudfront::ACCOUNT:distribution/{DistributionId}
cloudwatch DeleteAlarms alarm:{AlarmNames}
cloudwatch DisableAlarmActions alarm:{AlarmNames}
cloudwatch EnableAlarmActions alarm:{AlarmNames}
cloudwatch PutMetricAlarm alarm:{AlarmName}
cloudwatch SetAlarmState alarm:{AlarmName}
codepipeline DisableStageTransition {pipelineName}/{stageName}
codepipeline EnableStageTransition {pipelineName}/{stageName}
codepipeline RetryStageExecution {pipelineName}/{stageName}
codepipeline StartPipelineExecution {name}
codepipeline StopPipelineExecution {pipelineName}
dynamodb CreateBackup table/{TableName}
dynamodb UpdateContinuousBackups table/{TableName}
dynamodb UpdateTable table/{TableName}
dynamodb UpdateTimeToLive table/{TableName}
ec2 AuthorizeSecurityGroupIngress security-group/{GroupId} security-group-rule/*
ec2 CreateSnapshot volume/{VolumeId} arn:PARTITION:ec2:REGION::snapshot/*
ec2 DeleteSnapshot arn:PARTITION:ec2:REGION::snapshot/{SnapshotId}
ec2 ModifyVolume volume/{VolumeId}
ec2 RebootInstances instance/{InstanceIds}
ec2 RevokeSecurityGroupIngress security-group/{GroupId}
ec2 StartInstances instance/{InstanceIds}
ec2 StopInstances instance/{InstanceIds}
ec2 TerminateInstances instance/{InstanceIds}
ecs CreateService service/{cluster/|default}/{serviceName}
ecs DeleteService service/{cluster/|default}/{service}
ecs PutClusterCapacityProviders cluster/{cluster}
ecs RunTask task-definition/{taskDefinition:*}
ecs StopTask task/{cluster/|default}/{task}
ecs UpdateService service/{cluster/|default}/{service}
eks UpdateNodegroupConfig nodegroup/{clusterName}/{nodegroupName}/*
eks UpdateNodegroupVersion nodegroup/{clusterName}/{nodegroupName}/*
elasticache CreateSnapshot snapshot:{SnapshotName} replicationgroup:{ReplicationGroupId} cluster:{CacheClusterId}
elasticache DeleteSnapshot snapshot:{SnapshotName}
elasticache ModifyCacheCluster cluster:{CacheClusterId} parametergroup:{CacheParameterGroupName|*} securitygroup:*
elasticache RebootCacheCluster cluster:{CacheClusterId}
elasticloadbalancing DeregisterTargets {TargetGroupArn}
elasticloadbalancing ModifyListener {ListenerArn}
elasticloadbalancing ModifyRule {RuleArn}
elasticloadbalancing ModifyTargetGroup {TargetGroupArn}
elasticloadbalancing ModifyTargetGroupAttributes {TargetGroupArn}
elasticloadbalancing RegisterTargets {TargetGroupArn}
events DisableRule rule/{Name} rule/{EventBusName/}/{Name}
events EnableRule rule/{Name} rule/{EventBusName/}/{Name}
kafka RebootBroker {ClusterArn}
lambda DeleteFunctionConcurrency function:{FunctionName}
lambda Invoke=InvokeFunction function:{FunctionName} function:{FunctionName}:*
lambda PublishVersion function:{FunctionName}
lambda PutFunctionConcurrency function:{FunctionName}
lambda UpdateAlias function:{FunctionName}
lambda UpdateEventSourceMapping event-source-mapping:{UUID}
lambda UpdateFunctionCode function:{FunctionName}
lambda UpdateFunctionConfiguration function:{FunctionName}
logs CreateLogGroup log-group:{logGroupName} log-group:{logGroupName}:*
logs DeleteLogGroup log-group:{logGroupName} log-group:{logGroupName}:*
logs DeleteLogStream log-group:{logGroupName}:log-stream:{logStreamName}
logs DeleteRetentionPolicy log-group:{logGroupName} log-group:{logGroupName}:*
logs PutMetricFilter log-group:{logGroupName} log-group:{logGroupName}:*
logs PutRetentionPolicy log-group:{logGroupName} log-group:{logGroupName}:*
mq RebootBroker broker:*:{BrokerId}
rds CreateDBClusterSnapshot,AddTagsToResource cluster:{DBClusterIdentifier}
    cluster-snapshot:{DBClusterSnapshotIdentifier}
rds CreateDBInstance,AddTagsToResource db:{DBInstanceIdentifier} cluster:{DBClusterIdentifier}
    og:{OptionGroupName|default*} pg:{DBParameterGroupName|default*} subgrp:{DBSubnetGroupName|*} secgrp:*
rds CreateDBSnapshot,AddTagsToResource db:{DBInstanceIdentifier} snapshot:{DBSnapshotIdentifier}
rds DeleteDBCluster,AddTagsToResource,CreateDBClusterSnapshot cluster:{DBClusterIdentifier}
    cluster-snapshot:{FinalDBSnapshotIdentifier}
rds DeleteDBClusterSnapshot cluster-snapshot:{DBClusterSnapshotIdentifier}
rds DeleteDBInstance,AddTagsToResource,CreateDBSnapshot db:{DBInstanceIdentifier} snapshot:{FinalDBSnapshotIdentifier}
rds DeleteDBSnapshot snapshot:{DBSnapshotIdentifier}
rds FailoverDBCluster cluster:{DBClusterIdentifier}
rds ModifyDBCluster,ModifyDBInstance cluster:{DBClusterIdentifier} cluster-pg:{DBClusterParameterGroupName|*}
    og:{OptionGroupName|*} pg:{DBInstanceParameterGroupName|*}
rds ModifyDBInstance db:{DBInstanceIdentifier} og:{OptionGroupName|*} pg:{DBParameterGroupName|*}
    subgrp:{DBSubnetGroupName|*} secgrp:*
rds PromoteReadReplica db:{DBInstanceIdentifier}
rds RebootDBCluster,RebootDBInstance cluster:{DBClusterIdentifier} db:{DBClusterIdentifier}-*
rds RebootDBInstance db:{DBInstanceIdentifier}
rds RestoreDBClusterFromSnapshot,AddTagsToResource,CreateDBInstance cluster:{DBClusterIdentifier}
    db:{DBClusterIdentifier}-* cluster-snapshot:{SnapshotIdentifier} cluster-pg:{DBClusterParameterGroupName|default*}
    og:{OptionGroupName|default*} subgrp:{DBSubnetGroupName|default}
rds RestoreDBClusterToPointInTime,AddTagsToResource,CreateDBInstance cluster:{DBClusterIdentifier}
    db:{DBClusterIdentifier}-* cluster:{SourceDBClusterIdentifier} cluster-auto-backup:{SourceDbClusterResourceId|*}
    cluster-pg:{DBClusterParameterGroupName|default*} og:{OptionGroupName|default*} subgrp:{DBSubnetGroupName|default}
rds RestoreDBInstanceFromDBSnapshot,AddTagsToResource db:{DBInstanceIdentifier} snapshot:{DBSnapshotIdentifier}
    cluster-snapshot:{DBClusterSnapshotIdentifier} og:{OptionGroupName|default*} pg:{DBParameterGroupName|default*}
    subgrp:{DBSubnetGroupName|default}
rds StartDBCluster cluster:{DBClusterIdentifier}
rds StartDBInstance db:{DBInstanceIdentifier}
rds StopDBCluster cluster:{DBClusterIdentifier}
rds StopDBInstance,AddTagsToResource,CreateDBSnapshot db:{DBInstanceIdentifier} snapshot:{DBSnapshotIdentifier}
redshift PauseCluster cluster:{ClusterIdentifier}
redshift RebootCluster cluster:{ClusterIdentifier}
redshift ResumeCluster cluster:{ClusterIdentifier}
route53 ChangeResourceRecordSets arn:PARTITION:route53:::hostedzone/{HostedZoneId/}
s3 DeleteObject,DeleteObjectVersion arn:PARTITION:s3:::{Bucket}/{Key}
s3 PutBucketVersioning arn:PARTITION:s3:::{Bucket}
s3 RestoreObject arn:PARTITION:s3:::{Bucket}/{Key}
secretsmanager CancelRotateSecret secret:{SecretId}-??????
secretsmanager DeleteSecret secret:{SecretId}-??????
secretsmanager PutSecretValue secret:{SecretId}-??????
secretsmanager RestoreSecret secret:{SecretId}-??????
secretsmanager RotateSecret secret:{SecretId}-??????
secretsmanager UpdateSecret secret:{SecretId}-??????
secretsmanager UpdateSecretVersionStage secret:{SecretId}-??????
sns Publish {TopicArn}
sqs PurgeQueue arn:PARTITION:sqs:REGION:*:{QueueUrl/}
sqs SendMessage arn:PARTITION:sqs:REGION:*:{QueueUrl/}
sqs SetQueueAttributes arn:PARTITION:sqs:REGION:*:{QueueUrl/}
ssm DeleteParameter parameter{/Name}
ssm PutParameter parameter{/Name}
states RedriveExecution {executionArn}
states StartExecution {stateMachineArn}
states StopExecution {executionArn}
"""

BESIDE: Final = """
application-autoscaling RegisterScalableTarget
    ecs:DescribeServices,ecs:UpdateService,rds:DescribeDBClusters,dynamodb:DescribeTable,dynamodb:UpdateTable
    arn:PARTITION:{ServiceNamespace}:REGION:ACCOUNT:{ResourceId}
application-autoscaling PutScalingPolicy
    ecs:DescribeServices,ecs:UpdateService,rds:DescribeDBClusters,dynamodb:DescribeTable,dynamodb:UpdateTable
    arn:PARTITION:{ServiceNamespace}:REGION:ACCOUNT:{ResourceId}
application-autoscaling PutScalingPolicy cloudwatch:PutMetricAlarm,cloudwatch:DescribeAlarms,cloudwatch:DeleteAlarms
    arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:TargetTracking-{ResourceId}*
application-autoscaling DeleteScalingPolicy cloudwatch:DescribeAlarms,cloudwatch:DeleteAlarms
    arn:PARTITION:cloudwatch:REGION:ACCOUNT:alarm:TargetTracking-{ResourceId}*
"""
"""What a service does as the caller beside the operation itself, on what."""
