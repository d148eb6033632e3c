"""Whether a name says that what it holds is a secret: a column, a table, a key, a path segment, a setting.

Reading a secret has no effect and is refused all the same, because the answer would be shown in Slack. A name is all
that the text shows, so this looks at its words: `password_hash` is a secret, `password_changed_at` and `token_count`
are facts about one.
"""

import re
from functools import lru_cache
from itertools import pairwise

from compiler.proof.word_list import word_list

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

_SECRET_WORDS = word_list(
    """
    password passwords passwd pwd passphrase passcode passkey pgpass htpasswd secret secrets credential credentials
    creds apikey apikeys authkey privatekey privkey secretkey accesskey jwt totp otp cvv cvc bearer mnemonic salt pin
    umoptions srvoptions fdwoptions subconninfo conninfo token authtoken accesstoken refreshtoken sessiontoken keytab
    """
)
_SECRET_PARTS = ("password", "passwd", "apikey", "privatekey", "credential")
_SECRET_PAIRS = frozenset(
    (first, second)
    for firsts, seconds in (
        ("api private access secret signing encryption ssh master auth session hmac rsa pgp gpg webhook storage",
         "key keys"),
        ("access refresh api auth session reset bearer oauth personal jwt login magic remember password csrf xsrf "
         "invite verification device push service deploy", "tokens"),
        ("recovery backup verification authorization activation security mfa otp sms login", "code codes"),
        ("session auth login", "cookie cookies"),
        ("card pan", "number numbers"),
        ("seed recovery", "phrase phrases"),
    )
    for first in firsts.split()
    for second in seconds.split()
)  # fmt: skip
# A secret word followed at the very end by one of these names a fact about the secret, not the secret.
_FACT_ENDINGS = word_list(
    """
    at on date time timestamp count counts total limit limits expiry expiration expires expired age type types kind
    status state enabled disabled required changed updated created attempts length len used usage version policy reset
    resets name names id ids encryption warnings warning rotation rotated budget price cost rate present set exists
    strength bucket index ttl window arn supports reload lifetime
    """
)
_FACT_BEGINNINGS = word_list("has is needs requires uses num count max min total supports")

# A page token says where a listing goes on; it opens nothing.
_POSITIONS = word_list("next page continuation continue cursor pagination start resume prompt completion")


def words_of(name: str) -> list[str]:
    """The lower-case words of an identifier: `resetToken`, `reset_token` and `RESET-TOKEN` are the same two."""
    return [word.lower() for word in _WORD.findall(name)]


@lru_cache(maxsize=4096)
def names_a_secret(name: str) -> bool:
    """Whether the value behind `name` must not be shown: `users.password_hash` yes, `password_changed_at` no."""
    words, in_small = words_of(name), words_of(name.lower())
    return _is_secret(words) or (in_small != words and _is_secret(in_small))


def _is_secret(words: list[str]) -> bool:
    if _SECRET_PAIRS.isdisjoint(pairwise(words)) and _SECRET_WORDS.isdisjoint(words):
        joined = " ".join(words)
        if not any(part in joined for part in _SECRET_PARTS):
            return False
    if words[-2:] == ["secret", "id"]:
        return True
    if words[-1:] == ["token"] and not _POSITIONS.isdisjoint(words):
        return False
    return words[-1] not in _FACT_ENDINGS and words[0] not in _FACT_BEGINNINGS


def holds_secrets(collection: str) -> bool:
    """Whether a table, bucket or path segment is named as a store of secrets: as a name, or plainly `tokens`."""
    return names_a_secret(collection) or words_of(collection.lower())[-1:] == ["tokens"]
