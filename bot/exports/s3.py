"""Post-mortem drafts in an S3 bucket: every draft is a new version, and nothing that is there is ever replaced.

How the bucket encrypts, keeps and shows its objects is the bucket's own affair: nothing of that is asked for here.
"""

import asyncio
import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import Any, Final

from commands.outage import Outage

_TYPES: Final = {"md": "text/markdown; charset=utf-8", "json": "application/json"}
_DIGEST: Final = "muster-sha256"
"""The object's metadata by which a draft that was kept already is known again."""
_MOST_VERSIONS: Final = 500
_TAKEN: Final = frozenset({"PreconditionFailed", "412"})
_MENDING: Final = {
    "NoSuchBucket": "there is no such bucket: create it, or mend exports.s3.bucket",
    "AccessDenied": "access is denied: allow s3:PutObject and s3:GetObject on its keys to Muster's credentials",
    "403": "access is denied: allow s3:PutObject and s3:GetObject on its keys to Muster's credentials",
    "404": "there is no such bucket: create it, or mend exports.s3.bucket",
    "InvalidAccessKeyId": "the access key is not known: mend the credentials in Muster's environment",
    "SignatureDoesNotMatch": "the secret key does not fit the access key: mend the credentials in Muster's environment",
    "ExpiredToken": "the credentials have expired: renew them in Muster's environment",
    "PermanentRedirect": "the bucket is in another region: mend exports.s3.region",
    "NoCredentialsError": "no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give a role",
    "NoRegionError": "no region is set: write exports.s3.region",
}


class S3Export:
    """``s3://<bucket>/<prefix>/INC-<n>/v<k>.md`` and ``.json``. Credentials are found as the AWS tools find them.

    Raises Outage when the library for S3 is not installed.
    """

    def __init__(self, *, bucket: str, prefix: str, region: str | None = None, endpoint_url: str | None = None) -> None:
        if find_spec("boto3") is None:
            raise Outage(
                "exports.s3 is set, but the library for S3 is not installed: install Muster with its extra “s3”.",
                retry=False,
            )
        self._bucket = bucket
        self._prefix = prefix
        self._region = region
        self._endpoint_url = endpoint_url
        # One thread: exports are rare and small, and the library's client is made in it, once.
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="muster-s3")
        self._made: Any = None  # the library makes its clients' classes when it runs, so that they have no type

    async def keep(self, incident: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Keep the files (format → bytes) of one draft as a new version; their addresses.

        The same draft again finds itself and keeps nothing more. Raises Outage, which a later attempt may mend.
        """
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._keep, incident, files)

    async def reach(self) -> None:
        """Look whether the bucket is there for these credentials, and change nothing. Raises Outage."""
        await asyncio.get_running_loop().run_in_executor(self._threads, self._reach)

    async def close(self) -> None:
        """Let what runs finish."""
        await asyncio.to_thread(self._threads.shutdown)

    def _keep(self, incident: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            for version in range(1, _MOST_VERSIONS + 1):
                keys = {f"{self._prefix}/{incident}/v{version}.{form}": form for form in files}
                if all(self._put(key, form, files[form]) for key, form in keys.items()):
                    return tuple(f"s3://{self._bucket}/{key}" for key in keys)
        except (BotoCoreError, ClientError) as error:
            raise self._outage(error) from error
        raise Outage(f"{incident} has {_MOST_VERSIONS} drafts in the bucket {self._bucket} already.", retry=False)

    def _put(self, key: str, form: str, content: bytes) -> bool:
        """Put one object where none is; whether it is there now with this very content."""
        from botocore.exceptions import ClientError

        digest = hashlib.sha256(content).hexdigest()
        try:
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content,
                ContentType=_TYPES[form],
                Metadata={_DIGEST: digest},
                IfNoneMatch="*",
            )
        except ClientError as error:
            if _code(error) not in _TAKEN:
                raise
            there = self._client.head_object(Bucket=self._bucket, Key=key)
            return bool(there["Metadata"].get(_DIGEST) == digest)
        return True

    def _reach(self) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            self._client.head_bucket(Bucket=self._bucket)
        except (BotoCoreError, ClientError) as error:
            raise self._outage(error) from error

    @property
    def _client(self) -> Any:
        if self._made is None:
            import boto3
            from botocore.config import Config

            config = Config(connect_timeout=5, read_timeout=15, retries={"mode": "standard", "max_attempts": 2})
            self._made = boto3.session.Session().client(
                "s3", region_name=self._region, endpoint_url=self._endpoint_url, config=config
            )
        return self._made

    def _outage(self, error: Exception) -> Outage:
        code = _code(error)
        # All of it is tried again: whoever mends the bucket or the credentials need not ask anew.
        return Outage(
            f"The bucket {self._bucket} did not do it: {_MENDING.get(code, f'it says {code}')}. "
            "The draft is safe on Muster's disk.",
            retry=True,
        )


def _code(error: Exception) -> str:
    """The service's own code, or what kind of fault it is."""
    answer = getattr(error, "response", None) or {}
    return str(answer.get("Error", {}).get("Code") or type(error).__name__)
