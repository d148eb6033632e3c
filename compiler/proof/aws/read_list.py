"""Which AWS operations only look, service by service: a list that people read and extend, never a guess from a verb.

In a reviewed service `describe-…` and `list-…` only look, but for those whose purpose is a secret; whatever else only
looks is written out. Fields that hold secrets by the way are left out of the answer (see `Operation.left_out`).
"""

import re
from collections.abc import Mapping
from functools import cache

from compiler.proof.word_list import word_list

REVIEWED = word_list(
    """
    accessanalyzer acm acm-pca amp amplify apigateway apigatewayv2 appconfig application-autoscaling
    application-insights application-signals apprunner appsync arc-zonal-shift athena autoscaling autoscaling-plans
    backup batch budgets ce cloudformation cloudfront cloudtrail cloudwatch codeartifact codebuild codecommit
    codepipeline compute-optimizer configservice cur dax deploy devops-guru directconnect dlm dms docdb dynamodb ec2
    ecr ecr-public ecs efs eks elasticache elasticbeanstalk elb elbv2 emr emr-containers emr-serverless es events
    firehose fis fsx globalaccelerator glue grafana guardduty health iam imagebuilder inspector2 internetmonitor
    kafka kafkaconnect keyspaces kinesis kms lambda lightsail logs memorydb mq mwaa neptune network-firewall oam
    opensearch opensearchserverless organizations pi pipes pricing ram rds redshift redshift-serverless
    resource-explorer-2 resource-groups resourcegroupstaggingapi route53 route53domains route53resolver rum s3api
    s3control s3tables sagemaker savingsplans scheduler schemas secretsmanager securityhub service-quotas
    servicediscovery ses sesv2 shield signer sns sqs ssm ssm-incidents stepfunctions sts support synthetics
    timestream-write transfer trustedadvisor vpc-lattice waf waf-regional wafv2 xray
    """
)
"""Services whose answers were gone through for secrets."""

_PAGE = """
    accessanalyzer: get-analyzed-resource get-analyzer get-archive-rule get-finding get-finding-v2
        get-findings-statistics validate-policy
    account: get-region-opt-status list-regions
    acm: get-account-configuration get-certificate
    acm-pca: get-certificate get-certificate-authority-certificate get-policy
    amplify: get-app get-branch get-domain-association get-job
    apigateway: get-account get-api-key get-api-keys get-authorizer get-authorizers get-base-path-mapping
        get-base-path-mappings get-client-certificate get-client-certificates get-deployment get-deployments
        get-documentation-parts get-domain-name get-domain-names get-gateway-response get-gateway-responses
        get-integration get-integration-response get-method get-method-response get-model get-models
        get-request-validator get-request-validators get-resource get-resources get-rest-api get-rest-apis get-stage
        get-stages get-tags get-usage get-usage-plan get-usage-plans get-vpc-link get-vpc-links
    apigatewayv2: get-api get-api-mapping get-api-mappings get-apis get-authorizer get-authorizers get-deployment
        get-deployments get-domain-name get-domain-names get-integration get-integration-responses get-integrations
        get-models get-route get-route-responses get-routes get-stage get-stages get-tags get-vpc-link get-vpc-links
    appconfig: get-account-settings get-application get-configuration-profile get-deployment get-deployment-strategy
        get-environment get-extension get-extension-association
    application-autoscaling: get-predictive-scaling-forecast
    application-signals: batch-get-service-level-objective-budget-report get-service get-service-level-objective
    appmesh: describe-mesh describe-route describe-virtual-node describe-virtual-service list-meshes list-routes
        list-virtual-nodes list-virtual-services
    appsync: get-api get-api-association get-api-cache get-domain-name get-graphql-api get-schema-creation-status
    arc-zonal-shift: get-autoshift-observer-notification-status get-managed-resource
    athena: batch-get-query-execution get-capacity-reservation get-data-catalog get-database get-query-execution
        get-query-runtime-statistics get-table-metadata get-work-group
    autoscaling: get-predictive-scaling-forecast
    backup: get-backup-plan get-backup-selection get-backup-vault-access-policy get-backup-vault-notifications
        get-legal-hold get-restore-testing-plan get-restore-testing-selection get-supported-resource-types
    batch: get-job-queue-snapshot
    ce: get-anomalies get-anomaly-monitors get-anomaly-subscriptions get-cost-and-usage
        get-cost-and-usage-comparisons get-cost-and-usage-with-resources get-cost-categories
        get-cost-comparison-drivers get-cost-forecast get-dimension-values get-reservation-coverage
        get-reservation-purchase-recommendation get-reservation-utilization get-rightsizing-recommendation
        get-savings-plans-coverage get-savings-plans-purchase-recommendation get-savings-plans-utilization
        get-savings-plans-utilization-details get-tags get-usage-forecast
    cloudformation: get-hook-result get-stack-policy get-template-summary validate-template
    cloudfront: get-cache-policy get-cache-policy-config get-cloud-front-origin-access-identity
        get-continuous-deployment-policy get-distribution get-distribution-config get-field-level-encryption
        get-invalidation get-invalidation-for-distribution-tenant get-key-group get-monitoring-subscription
        get-origin-access-control get-origin-request-policy get-public-key get-realtime-log-config
        get-response-headers-policy
    cloudtrail: get-channel get-dashboard get-event-data-store get-event-selectors get-import get-insight-selectors
        get-resource-policy get-trail get-trail-status lookup-events
    cloudwatch: get-dashboard get-insight-rule-report get-metric-data get-metric-statistics get-metric-stream
    codeartifact: get-domain-permissions-policy get-repository-endpoint get-repository-permissions-policy
    codebuild: batch-get-build-batches batch-get-builds batch-get-fleets batch-get-projects batch-get-report-groups
        batch-get-reports
    codecommit: batch-get-commits batch-get-repositories get-branch get-commit get-merge-conflicts get-merge-options
        get-pull-request get-pull-request-approval-states get-repository get-repository-triggers
    codeconnections: get-connection list-connections
    codepipeline: get-pipeline get-pipeline-execution get-pipeline-state
    codestar-connections: get-connection list-connections
    cognito-idp: describe-user-pool describe-user-pool-domain get-user-pool-mfa-config list-groups
        list-identity-providers list-user-pools
    compute-optimizer: get-auto-scaling-group-recommendations get-ebs-volume-recommendations
        get-ec2-instance-recommendations get-ec2-recommendation-projected-metrics
        get-ecs-service-recommendation-projected-metrics get-ecs-service-recommendations
        get-effective-recommendation-preferences get-enrollment-status get-enrollment-statuses-for-organization
        get-idle-recommendations get-lambda-function-recommendations get-license-recommendations
        get-rds-database-recommendation-projected-metrics get-rds-database-recommendations
        get-recommendation-preferences get-recommendation-summaries
    configservice: get-aggregate-compliance-details-by-config-rule get-aggregate-config-rule-compliance-summary
        get-aggregate-conformance-pack-compliance-summary get-aggregate-discovered-resource-counts
        get-compliance-details-by-config-rule get-compliance-details-by-resource
        get-compliance-summary-by-config-rule get-compliance-summary-by-resource-type
        get-conformance-pack-compliance-details get-conformance-pack-compliance-summary
        get-discovered-resource-counts
    datasync: describe-agent describe-task describe-task-execution list-agents list-locations list-task-executions
        list-tasks
    deploy: batch-get-applications batch-get-deployment-groups batch-get-deployment-instances
        batch-get-deployment-targets batch-get-deployments batch-get-on-premises-instances get-application
        get-application-revision get-deployment get-deployment-config get-deployment-group get-deployment-instance
        get-deployment-target get-on-premises-instance
    devops-guru: get-cost-estimation get-resource-collection search-insights
    directconnect: get-resiliency-group
    dlm: get-lifecycle-policies get-lifecycle-policy
    ds: describe-directories describe-domain-controllers
    dynamodb: get-resource-policy
    ec2: get-active-vpn-tunnel-status get-associated-ipv6-pool-cidrs get-capacity-reservation-usage
        get-console-output get-default-credit-specification get-ebs-default-kms-key-id get-ebs-encryption-by-default
        get-groups-for-capacity-reservation get-image-block-public-access-state get-instance-metadata-defaults
        get-instance-types-from-instance-requirements get-ipam-address-history get-ipam-pool-allocations
        get-ipam-pool-cidrs get-ipam-resource-cidrs get-launch-template-data get-managed-prefix-list-associations
        get-managed-prefix-list-entries get-security-groups-for-vpc get-serial-console-access-status
        get-snapshot-block-public-access-state get-spot-placement-scores get-subnet-cidr-reservations
        get-transit-gateway-attachment-propagations get-transit-gateway-multicast-domain-associations
        get-transit-gateway-policy-table-associations get-transit-gateway-policy-table-entries
        get-transit-gateway-prefix-list-references get-transit-gateway-route-table-associations
        get-transit-gateway-route-table-propagations get-vpn-connection-device-types
        get-vpn-tunnel-replacement-status search-local-gateway-routes search-transit-gateway-multicast-groups
        search-transit-gateway-routes
    ecr: batch-check-layer-availability batch-get-image batch-get-repository-scanning-configuration
        get-account-setting get-lifecycle-policy get-lifecycle-policy-preview get-registry-policy
        get-registry-scanning-configuration get-repository-policy
    ecr-public: get-registry-catalog-data get-repository-catalog-data get-repository-policy
    ecs: get-task-protection
    elasticbeanstalk: check-dns-availability
    elbv2: get-resource-policy
    emr: get-auto-termination-policy get-block-public-access-configuration get-managed-scaling-policy
    emr-serverless: get-application get-job-run
    es: get-compatible-elasticsearch-versions get-package-version-history get-upgrade-history get-upgrade-status
    fis: get-action get-experiment get-experiment-template get-safety-lever get-target-resource-type
    glue: batch-get-crawlers batch-get-jobs batch-get-partition batch-get-triggers batch-get-workflows
        get-catalog-import-status get-classifier get-classifiers get-crawler get-crawler-metrics get-crawlers
        get-database get-databases get-job get-job-bookmark get-job-run get-job-runs get-jobs get-partition
        get-partition-indexes get-partitions get-table get-table-version get-table-versions get-tables get-tags
        get-trigger get-triggers get-workflow get-workflow-run get-workflow-runs
    guardduty: get-administrator-account get-coverage-statistics get-detector get-filter get-findings
        get-findings-statistics get-invitations-count get-ip-set get-malware-scan-settings get-member-detectors
        get-members get-remaining-free-trial-days get-threat-intel-set get-usage-statistics
    iam: get-access-key-last-used get-account-authorization-details get-account-password-policy get-account-summary
        get-context-keys-for-custom-policy get-context-keys-for-principal-policy get-group get-group-policy
        get-instance-profile get-login-profile get-mfa-device get-open-id-connect-provider
        get-organizations-access-report get-policy get-policy-version get-role get-role-policy
        get-server-certificate get-service-last-accessed-details get-service-last-accessed-details-with-entities
        get-service-linked-role-deletion-status get-ssh-public-key get-user get-user-policy simulate-custom-policy
        simulate-principal-policy
    imagebuilder: get-image get-image-pipeline get-workflow-execution
    inspector2: batch-get-account-status batch-get-free-trial-info get-configuration get-delegated-admin-account
        get-member
    internetmonitor: get-health-event get-internet-event get-monitor
    kafka: get-bootstrap-brokers get-cluster-policy get-compatible-kafka-versions
    keyspaces: get-keyspace get-table get-table-auto-scaling-settings
    kinesis: get-resource-policy
    kms: get-key-policy get-key-rotation-status get-public-key
    lambda: get-account-settings get-alias get-code-signing-config get-event-source-mapping
        get-function-code-signing-config get-function-concurrency get-function-configuration
        get-function-event-invoke-config get-function-recursion-config get-function-url-config
        get-layer-version-policy get-policy get-provisioned-concurrency-config get-runtime-management-config
    lightsail: get-active-names get-alarms get-auto-snapshots get-blueprints get-bucket-bundles
        get-bucket-metric-data get-buckets get-bundles get-certificates get-cloud-formation-stack-records
        get-contact-methods get-container-images get-container-log get-container-service-deployments
        get-container-service-metric-data get-container-service-powers get-container-services get-disk
        get-disk-snapshot get-disk-snapshots get-disks get-distribution-bundles get-distribution-metric-data
        get-distributions get-domain get-domains get-export-snapshot-records get-instance get-instance-metric-data
        get-instance-port-states get-instance-snapshot get-instance-snapshots get-instance-state get-instances
        get-load-balancer get-load-balancer-metric-data get-load-balancer-tls-certificates get-load-balancers
        get-operation get-operations get-operations-for-resource get-regions get-relational-database
        get-relational-database-blueprints get-relational-database-bundles get-relational-database-events
        get-relational-database-log-events get-relational-database-log-streams get-relational-database-metric-data
        get-relational-database-parameters get-relational-database-snapshot get-relational-database-snapshots
        get-relational-databases get-static-ip get-static-ips is-vpc-peered
    logs: filter-log-events get-data-protection-policy get-delivery get-delivery-destination get-delivery-source
        get-log-anomaly-detector get-log-events get-log-fields get-log-group-fields get-log-record get-query-results
        get-transformer start-query test-metric-filter
    mwaa: get-environment
    network-firewall: get-analysis-report-results
    oam: get-link get-sink get-sink-policy
    opensearch: get-compatible-versions get-domain-maintenance-status get-package-version-history
        get-upgrade-history get-upgrade-status
    opensearchserverless: batch-get-collection batch-get-vpc-endpoint get-access-policy get-account-settings
        get-policies-stats get-security-policy
    pi: get-dimension-key-details get-performance-analysis-report get-resource-metadata get-resource-metrics
    pricing: get-attribute-values get-products
    ram: get-permission get-resource-policies get-resource-share-associations get-resource-share-invitations
        get-resource-shares
    rds: download-db-log-file-portion
    redshift: get-reserved-node-exchange-offerings get-resource-policy
    redshift-serverless: get-endpoint-access get-namespace get-recovery-point get-resource-policy get-snapshot
        get-usage-limit get-workgroup
    resource-explorer-2: get-default-view get-index get-view search
    resource-groups: get-account-settings get-group get-group-configuration get-group-query get-tags
        search-resources
    resourcegroupstaggingapi: get-compliance-summary get-resources get-tag-keys get-tag-values
    route53: get-account-limit get-change get-checker-ip-ranges get-dnssec get-geo-location get-health-check
        get-health-check-count get-health-check-last-failure-reason get-health-check-status get-hosted-zone
        get-hosted-zone-count get-hosted-zone-limit get-query-logging-config get-reusable-delegation-set
        get-traffic-policy get-traffic-policy-instance get-traffic-policy-instance-count test-dns-answer
    route53-recovery-cluster: get-routing-control-state list-routing-controls
    route53domains: check-domain-availability get-operation-detail
    route53resolver: get-firewall-config get-firewall-domain-list get-firewall-rule-group
        get-firewall-rule-group-association get-resolver-config get-resolver-dnssec-config get-resolver-endpoint
        get-resolver-query-log-config get-resolver-rule get-resolver-rule-association get-resolver-rule-policy
    rum: get-app-monitor
    s3api: get-bucket-accelerate-configuration get-bucket-acl get-bucket-analytics-configuration get-bucket-cors
        get-bucket-encryption get-bucket-intelligent-tiering-configuration get-bucket-inventory-configuration
        get-bucket-lifecycle get-bucket-lifecycle-configuration get-bucket-location get-bucket-logging
        get-bucket-metrics-configuration get-bucket-notification get-bucket-notification-configuration
        get-bucket-ownership-controls get-bucket-policy get-bucket-policy-status get-bucket-replication
        get-bucket-request-payment get-bucket-tagging get-bucket-versioning get-bucket-website get-object-acl
        get-object-attributes get-object-legal-hold get-object-lock-configuration get-object-retention
        get-object-tagging get-public-access-block head-bucket head-object
    s3control: get-access-point get-access-point-policy get-access-point-policy-status get-bucket
        get-bucket-lifecycle-configuration get-bucket-policy get-bucket-versioning get-multi-region-access-point
        get-multi-region-access-point-routes get-public-access-block get-storage-lens-configuration
    s3tables: get-namespace get-table get-table-bucket get-table-maintenance-job-status
    scheduler: get-schedule-group
    secretsmanager: get-resource-policy validate-resource-policy
    securityhub: batch-get-security-controls batch-get-standards-control-associations get-administrator-account
        get-configuration-policy get-enabled-standards get-finding-aggregator get-finding-history get-findings
        get-insight-results get-insights get-invitations-count get-master-account get-members
        get-security-control-definition
    service-quotas: get-association-for-service-quota-template get-aws-default-service-quota
        get-requested-service-quota-change get-service-quota get-service-quota-increase-request-from-template
    servicediscovery: discover-instances discover-instances-revision get-instance get-instances-health-status
        get-namespace get-operation get-service
    ses: get-account-sending-enabled get-custom-verification-email-template get-identity-dkim-attributes
        get-identity-mail-from-domain-attributes get-identity-notification-attributes get-identity-policies
        get-identity-verification-attributes get-send-quota get-send-statistics get-template
    sesv2: batch-get-metric-data get-account get-blacklist-reports get-configuration-set
        get-configuration-set-event-destinations get-dedicated-ip get-dedicated-ip-pool get-dedicated-ips
        get-deliverability-dashboard-options get-domain-statistics-report get-email-identity
        get-email-identity-policies get-email-template get-suppressed-destination
    shield: get-subscription-state
    signer: get-signing-platform get-signing-profile
    sns: check-if-phone-number-is-opted-out get-data-protection-policy get-sms-attributes
        get-sms-sandbox-account-status get-subscription-attributes get-topic-attributes
    sqs: get-queue-attributes get-queue-url
    ssm: get-automation-execution get-calendar-state get-connection-status get-default-patch-baseline get-inventory
        get-inventory-schema get-maintenance-window get-maintenance-window-execution get-ops-item get-ops-summary
        get-patch-baseline get-patch-baseline-for-patch-group get-service-setting
    ssm-incidents: get-incident-record get-replication-set get-response-plan get-timeline-event
    stepfunctions: get-execution-history validate-state-machine-definition
    storagegateway: describe-gateway-information list-gateways list-volumes
    sts: get-access-key-info get-caller-identity
    synthetics: get-canary get-canary-runs get-group
    trustedadvisor: get-organization-recommendation get-recommendation
    vpc-lattice: get-listener get-rule get-service get-service-network get-target-group
    waf: get-change-token-status get-ip-set get-rate-based-rule get-rule get-rule-group get-web-acl
    waf-regional: get-ip-set get-rate-based-rule get-rule get-rule-group get-web-acl get-web-acl-for-resource
    wafv2: check-capacity get-ip-set get-logging-configuration get-managed-rule-set get-permission-policy
        get-rate-based-statement-managed-keys get-regex-pattern-set get-rule-group get-web-acl
        get-web-acl-for-resource
    workspaces: describe-workspaces describe-workspaces-connection-status
    xray: batch-get-traces get-encryption-config get-group get-groups get-insight get-insight-events
        get-insight-impact-graph get-insight-summaries get-sampling-rules get-sampling-statistic-summaries
        get-service-graph get-time-series-service-statistics get-trace-graph get-trace-summaries
"""
_LINE = re.compile(r"^    ([a-z0-9-]+): ((?:.|\n        )+)", re.MULTILINE)


@cache
def reads() -> Mapping[str, frozenset[str]]:
    """What else only looks, written out: service → operations. Read when the first AWS command is."""
    return {service: word_list(operations) for service, operations in _LINE.findall(_PAGE)}


NO_READS = word_list(
    """
    amplify:list-webhooks appsync:list-api-keys directconnect:describe-router-configuration
    ec2:describe-ipam-external-resource-verification-tokens elasticbeanstalk:describe-configuration-settings
    iam:list-virtual-mfa-devices kafkaconnect:describe-worker-configuration mq:describe-configuration-revision
    sagemaker:describe-notebook-instance-lifecycle-config sagemaker:describe-model-card sesv2:list-contacts
    support:describe-attachment wafv2:list-api-keys directconnect:describe-loa directconnect:describe-connection-loa
    directconnect:describe-interconnect-loa transfer:describe-web-app-customization events:describe-connection
    stepfunctions:describe-state-machine-for-execution glue:list-statements
    sns:list-endpoints-by-platform-application codebuild:list-command-executions-for-sandbox
    """
)
"""`service:operation` that describes or lists what must not be shown."""


def only_looks(service: str, operation: str) -> bool:
    """Whether the operation is on the list."""
    if operation in reads().get(service, frozenset()):
        return True
    lists = service in REVIEWED and operation.startswith(("describe-", "list-"))
    return lists and f"{service}:{operation}" not in NO_READS
