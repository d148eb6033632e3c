"""What Muster runs for nobody on AWS: what shows a secret, mints a credential, or carries a command past its judge."""

import re

from compiler.proof.aws.model import services
from compiler.proof.word_list import word_list

_CREDENTIAL = "it answers with a credential"
_TUNNEL = "it carries another command or query past the one who judges it"
_DATA = "it reads the data itself, which is shown to nobody from here"
_UNREVIEWED = "nobody has reviewed what this read shows"

_REFUSED = {
    _CREDENTIAL: word_list(
        """
        acm:export-certificate apigateway:create-api-key apigateway:import-api-keys appsync:create-api-key
        cloudfront:sign codeartifact:login codecommit:credential-helper cognito-idp:admin-initiate-auth
        cognito-idp:admin-respond-to-auth-challenge cognito-idp:associate-software-token
        cognito-idp:create-user-pool-client cognito-idp:initiate-auth cognito-idp:respond-to-auth-challenge
        dsql:generate-db-connect-admin-auth-token dsql:generate-db-connect-auth-token ec2:create-key-pair
        ec2:export-client-vpn-client-configuration ecr:get-login ecr:get-login-password
        ecr-public:get-login-password eks:get-token grafana:create-workspace-api-key
        grafana:create-workspace-service-account-token iam:create-access-key iam:create-service-specific-credential
        iam:create-virtual-mfa-device iam:reset-service-specific-credential iot:create-keys-and-certificate
        iot:create-provisioning-claim lightsail:create-bucket-access-key lightsail:create-key-pair
        mwaa:create-cli-token mwaa:create-web-login-token rds:generate-db-auth-token ssm:create-activation
        sts:assume-role sts:assume-role-with-saml sts:assume-role-with-web-identity sts:assume-root
        wafv2:create-api-key wafv2:generate-mobile-sdk-release-url iam:acquire-role
        """
    ),
    "it works with a key's secrets": word_list(
        """
        kms:decapsulate kms:decrypt kms:derive-shared-secret kms:encapsulate kms:encrypt kms:generate-data-key
        kms:generate-data-key-pair kms:generate-data-key-pair-without-plaintext
        kms:generate-data-key-without-plaintext kms:generate-mac kms:generate-random kms:re-encrypt kms:sign
        kms:verify kms:verify-mac sts:decode-authorization-message
        """
    ),
    _TUNNEL: word_list(
        """
        athena:start-calculation-execution athena:start-query-execution athena:start-session cloudtrail:start-query
        codebuild:start-command-execution codebuild:start-sandbox codebuild:start-sandbox-connection
        dynamodb:batch-execute-statement dynamodb:execute-statement dynamodb:execute-transaction ecs:execute-command
        glue:run-statement mwaa:invoke-rest-api ssm:resume-session ssm:send-command ssm:start-session
        """
    ),
    "it answers with a link to the code and with secrets: get-function-configuration leaves them out": word_list(
        "lambda:get-function lambda:get-layer-version lambda:get-layer-version-by-arn"
    ),
    "its text may hold secrets, and no part of it can be left out": word_list("cloudformation:get-template"),
    "it shows what a command printed": word_list("ssm:get-command-invocation"),
    "it writes a file that later tools trust": word_list("eks:update-kubeconfig"),
    "it is for a person at a terminal": word_list(
        "emr:ssh emr:socks emr:get emr:put logs:start-live-tail dynamodb:wizard deploy:install deploy:uninstall"
    ),
    "it reads every log file of the trail": word_list("cloudtrail:validate-logs"),
}
_WHY = {operation: reason for reason, operations in _REFUSED.items() for operation in operations}
_SERVICES = {
    **dict.fromkeys(word_list("rds-data redshift-data timestream-query neptunedata iotsecuretunneling"), _TUNNEL),
    **dict.fromkeys(
        word_list("ec2-instance-connect eks-auth cognito-identity sso sso-oidc signin ssm-guiconnect account-access"),
        _CREDENTIAL,
    ),
    **dict.fromkeys(
        word_list("payment-cryptography payment-cryptography-data"), "it works with the keys of card payments"
    ),
    **dict.fromkeys(
        word_list(
            """
            dynamodbstreams mediastore-data ebs appconfigdata kinesis-video-media kinesis-video-archived-media
            workmailmessageflow iot-data s3vectors codecatalyst
            """
        ),
        _DATA,
    ),
    **dict.fromkeys(
        word_list("configure history login logout help cli-dev mcp"), "it is for a person at their own machine"
    ),
}
_READING = re.compile(
    r"(?:batch-|admin-)?(?:get|describe|list|head|search|query|scan|select|lookup|filter|view|retrieve|download|read"
    r"|poll-for|peek|preview|transact-get|discover|fetch|receive-(?:queue|dead-letter-queue)-records|checkout)(?:-.*)?"
)
_SECRET = re.compile(
    r".*(?:token|credential|password|secret-value|random-password|access-key|private-key|key-pair|presigned"
    r"|embed-url|auth-code|api-key|authorization|signin-url|session-url|session-endpoint|dashboard-url)s?(?:-.*)?"
)
_MINTING = re.compile(
    r"assume-.*|(?:create|generate|regenerate|issue|vend|exchange|request|export)-(?:.*-)?"
    r"(?:presigned-.*|(?:access|api|auth|session|login|cli|security)-tokens?|access-keys?|embed-url.*|session-url"
    r"|credentials?|tokens?|token-with-iam|private-key)"
)
_DATA_READS = word_list("dynamodb dynamodbstreams kinesis s3api athena cloudtrail")


def objection(service: str, operation: str) -> str | None:
    """Why the operation is refused, existing or not; None where it may only be unknown, or change something.

    Reads on the list are not asked about.
    """
    if service not in services() and service not in _SERVICES:
        return None
    if reason := _SERVICES.get(service) or _WHY.get(f"{service}:{operation}"):
        return reason
    if _MINTING.fullmatch(operation):
        return _CREDENTIAL
    if not _READING.fullmatch(operation):
        return None
    if _SECRET.fullmatch(operation) or (service == "ssm" and "parameter" in operation):
        return "it shows a secret" if service in ("ssm", "secretsmanager") else _CREDENTIAL
    return _DATA if service in _DATA_READS else _UNREVIEWED
