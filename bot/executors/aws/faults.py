"""What AWS's refusals and the library's faults mean to a responder: sentences that say what to do."""

from collections.abc import Mapping
from typing import Any, Final

from bot.executors.tool.answer import Denied, NotAllowed, Unanswered
from compiler.proof.word_list import word_list

_DENIALS: Final = word_list(
    "AccessDenied AccessDeniedException UnauthorizedOperation AuthorizationError NotAuthorized UnauthorizedAccess"
)
_KEYS: Final = word_list(
    """
    InvalidClientTokenId UnrecognizedClientException AuthFailure SignatureDoesNotMatch InvalidAccessKeyId ExpiredToken
    ExpiredTokenException
    """
)
NO_ANSWER: Final = "answered something that is no answer of AWS: check its region."


class NotReached(Unanswered):
    """There was no connection, so that nothing can have happened. The text is a sentence."""


def fault_of(target: str, fault: Exception) -> Denied | Unanswered | NotAllowed:
    """The fault of one call, as a sentence."""
    from botocore import exceptions as aws

    match fault:
        case aws.ClientError():
            return _refusal(target, fault.response)
        case aws.ParamValidationError():
            return NotAllowed(f"Nothing was sent: {' '.join(str(fault).split())}")
        case aws.NoCredentialsError() | aws.PartialCredentialsError():
            told = "has no credentials: name the variables with its access key, or give Muster's machine a role"
        case aws.EndpointConnectionError() | aws.ConnectTimeoutError() | aws.SSLError():
            told = "could not be reached: see whether its region is right and the network lets Muster out"
        case aws.ReadTimeoutError():
            return Unanswered(f"{target} gave no answer in time: see whether it is overloaded, or narrow the step.")
        case aws.ConnectionClosedError() | aws.HTTPClientError():
            return Unanswered(f"The connection to {target} was lost in the middle: see whether the way to it is open.")
        case _:
            return Unanswered(f"{target} {NO_ANSWER}")
    return NotReached(f"{target} {told}.")


def _refusal(target: str, response: Mapping[str, Any]) -> Denied | Unanswered:
    error = response.get("Error", {})
    code, said = str(error.get("Code", "")), " ".join(str(error.get("Message", "")).split()).rstrip(".")
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _DENIALS:
        told = f"{target} does not allow Muster that ({said or code}): grant it, or leave the step out."
        return Denied(told, missing_right=True)
    if code in _KEYS:
        return Denied(f"{target} did not let Muster in ({code}): renew its access key.")
    if isinstance(status, int) and status >= 500:
        return Unanswered(f"{target} had a fault of its own ({code}: {said}): see whether it is well.")
    return Denied(f"{target} answered {code}: {said}." if said else f"{target} answered {code}.")
