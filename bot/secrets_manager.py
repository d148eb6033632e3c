"""Secrets that AWS Secrets Manager keeps: asked for once, at the start, and held in memory alone.

Source: docs.aws.amazon.com/secretsmanager (GetSecretValue). The credentials are found as the AWS tools find them.
"""

import json
from collections.abc import Mapping
from importlib.util import find_spec
from typing import Any, Final

from bot.settings.sections import SecretsManagerSection

_MENDING: Final = {
    "ResourceNotFoundException": "there is no such secret in that region",
    "AccessDeniedException": "Muster's credentials may not read it: allow secretsmanager:GetSecretValue on it",
    "DecryptionFailure": "its key may not be used: allow kms:Decrypt to Muster's credentials",
    "InvalidRequestException": "it is being deleted",
    "UnrecognizedClientException": "the credentials are not known: mend them in Muster's environment",
    "ExpiredTokenException": "the credentials have expired: renew them in Muster's environment",
    "NoCredentialsError": "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a role",
    "NoRegionError": "no region is set: write secrets.aws.region",
}


class NotHad(Exception):
    """Why a variable's secret could not be had: a clause that says what to do, and never the secret."""

    def __init__(self, variable: str, reason: str) -> None:
        super().__init__(reason)
        self.variable = variable


def values(section: SecretsManagerSection) -> dict[str, str]:
    """Each variable → its secret; of ``name#key`` the entry of the JSON object that the secret is. Raises NotHad."""
    keeper = _Keeper(section)
    return {variable: keeper.value(variable, place) for variable, place in section.variables.items()}


class _Keeper:
    """Asks for each secret once, however many variables are parts of it."""

    def __init__(self, section: SecretsManagerSection) -> None:
        self._section = section
        self._known: dict[str, object] = {}
        self._made: Any = None  # the library makes its clients' classes when it runs, so that they have no type

    def value(self, variable: str, place: str) -> str:
        name, _, key = place.partition("#")
        if find_spec("boto3") is None:
            raise NotHad(variable, "the library for AWS is not installed: install Muster with its extra “aws”")
        if name not in self._known:
            self._known[name] = self._asked(variable, name)
        found = self._known[name]
        if not isinstance(found, str):
            raise NotHad(variable, "the secret holds bytes: keep a text there")
        return found if not key else _entry(variable, key, found)

    def _asked(self, variable: str, name: str) -> object:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return self._client().get_secret_value(SecretId=name).get("SecretString")
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", ""))
            raise NotHad(variable, _MENDING.get(code, f"AWS answered {code}")) from None
        except BotoCoreError as error:
            kind = type(error).__name__
            raise NotHad(variable, _MENDING.get(kind, f"AWS Secrets Manager could not be reached ({kind})")) from None

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        if self._made is None:
            patience = Config(connect_timeout=5, read_timeout=5, retries={"total_max_attempts": 3, "mode": "standard"})
            self._made = boto3.client(
                "secretsmanager",
                region_name=self._section.region,
                endpoint_url=self._section.endpoint_url,
                config=patience,
            )
        return self._made


def _entry(variable: str, key: str, found: str) -> str:
    try:
        whole = json.loads(found)
    except (ValueError, RecursionError):
        raise NotHad(variable, f"the secret is no JSON object that could have “{key}”") from None
    value = whole.get(key) if isinstance(whole, Mapping) else None
    if not isinstance(value, str | int):
        raise NotHad(variable, f"the secret has no “{key}”")
    return str(value)
