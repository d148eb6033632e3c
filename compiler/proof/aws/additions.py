"""What the AWS command line tool adds to the models of its services, or names otherwise."""

from collections.abc import Mapping

RENAMED: Mapping[str, str] = {
    "apigateway create-rest-api version": "api-version",
    "apigatewayv2 create-api version": "api-version",
    "apigatewayv2 update-api version": "api-version",
    "codepipeline get-pipeline version": "pipeline-version",
    "codepipeline get-action-type version": "action-version",
    "codepipeline create-custom-action-type version": "action-version",
    "codepipeline delete-custom-action-type version": "action-version",
    "eks create-cluster version": "kubernetes-version",
    "eks create-nodegroup version": "kubernetes-version",
    "eks update-cluster-version version": "kubernetes-version",
    "eks update-nodegroup-version version": "kubernetes-version",
    "route53 get-traffic-policy version": "traffic-policy-version",
    "route53 delete-traffic-policy version": "traffic-policy-version",
    "route53 update-traffic-policy-comment version": "traffic-policy-version",
    "sns subscribe endpoint": "notification-endpoint",
    "stepfunctions send-task-success output": "task-output",
    "ses send-email source": "from",
    "rds add-option-to-option-group options-to-include": "options",
}
"""Parameters that the tool calls otherwise than the models do."""
OPPOSITES: Mapping[str, str] = {
    "ec2 * disable-api-termination": "enable-api-termination",
    "ec2 * egress": "ingress",
    "ec2 create-image no-reboot": "reboot",
    "ecs * enable-execute-command": "disable-execute-command",
}
"""Flags whose opposite has a name of its own."""

ADDED: Mapping[str, str] = {
    "cloudfront create-distribution": "origin-domain-name default-root-object",
    "cloudfront create-invalidation": "paths*",
    "cloudfront update-distribution": "default-root-object",
    "configservice put-configuration-recorder": "recording-group",
    "deploy create-deployment": "s3-location github-location",
    "deploy get-application-revision": "s3-location github-location",
    "deploy register-application-revision": "s3-location github-location",
    "emr list-clusters": "active? failed? terminated?",
    "lambda publish-layer-version": "zip-file",
    "cloudwatch put-metric-data": "metric-name timestamp unit value dimensions statistic-values storage-resolution",
    "ec2 authorize-security-group-ingress": "protocol port cidr source-group group-owner",
    "ec2 authorize-security-group-egress": "protocol port cidr source-group group-owner",
    "ec2 revoke-security-group-ingress": "protocol port cidr source-group group-owner",
    "ec2 revoke-security-group-egress": "protocol port cidr source-group group-owner",
    "ec2 run-instances": "count associate-public-ip-address? secondary-private-ip-addresses* "
    "secondary-private-ip-address-count",
    "emr add-steps": "cluster-id steps* execution-role-arn",
    "emr terminate-clusters": "cluster-ids*",
    "lambda create-function": "zip-file",
    "rds add-option-to-option-group": "option-group-name options* apply-immediately?",
    "rds remove-option-from-option-group": "option-group-name options* apply-immediately?",
    "ses send-email": "to* cc* bcc* subject text html",
}
"""Parameters that no model has: the tool makes something else of them."""
