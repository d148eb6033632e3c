"""Commands that the AWS command line adds to the services: `s3`, `logs tail`, the deploy helpers.

The ones that look become the call that they would make (`s3 ls` lists objects, `logs tail` filters events); the others
are only told apart: what changes something, and what copies data out.
"""

import re
from collections.abc import Mapping

from msgspec import Struct

from compiler.proof.aws.call import Call, Refused, Value, Words, is_plain_value, loaded, next_value, plain_file
from compiler.proof.aws.model import Operation, service
from compiler.proof.host_paths import objection_to_secret
from compiler.proof.references import is_reference
from compiler.proof.word_list import word_list

_SINCE = re.compile(r"\d{1,6}[smhdw]|\d{4}-\d\d-\d\d(?:T[\d:]{5,8}(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?)?", re.ASCII)
_BUCKET = re.compile(r"(?:s3://)?([A-Za-z0-9][\w.-]*)(?:/(.*))?", re.ASCII | re.DOTALL)


class Form(Struct, frozen=True, kw_only=True):
    """The options of one added command, by how many words follow, and how many words stand alone."""

    values: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()
    flags: frozenset[str] = frozenset()
    repeated: frozenset[str] = frozenset()
    alone: tuple[int, int] = (0, 0)


_COPYING = Form(
    values=word_list(
        "acl sse-kms-key-id storage-class website-redirect content-type cache-control content-disposition "
        "content-encoding content-language source-region expires metadata metadata-directive expected-size page-size "
        "request-payer checksum-algorithm checksum-mode copy-props sse"
    ),
    lists=word_list("grants"),
    flags=word_list(
        "recursive dryrun quiet follow-symlinks no-follow-symlinks no-guess-mime-type only-show-errors no-progress "
        "ignore-glacier-warnings force-glacier-transfer delete size-only exact-timestamps no-overwrite"
    ),
    repeated=word_list("exclude include"),
    alone=(2, 2),
)
_LISTING = Form(
    values=word_list("page-size request-payer bucket-name-prefix bucket-region"),
    flags=word_list("recursive human-readable summarize"),
    alone=(0, 1),
)
_TAIL = Form(
    values=word_list("since format filter-pattern log-stream-name-prefix"),
    lists=word_list("log-stream-names"),
    flags=word_list("follow"),
    alone=(1, 1),
)
_CHANGES: Mapping[tuple[str, str], Form] = {
    ("s3", "rm"): Form(
        values=word_list("page-size request-payer"),
        flags=word_list("recursive dryrun quiet only-show-errors"),
        repeated=word_list("exclude include"),
        alone=(1, 1),
    ),
    ("s3", "mb"): Form(alone=(1, 1), lists=word_list("tags")),
    ("s3", "rb"): Form(alone=(1, 1), flags=word_list("force")),
    ("s3", "website"): Form(alone=(1, 1), values=word_list("index-document error-document")),
    ("cloudformation", "deploy"): Form(
        values=word_list("template-file stack-name s3-bucket s3-prefix kms-key-id role-arn"),
        lists=word_list("parameter-overrides capabilities notification-arns tags"),
        flags=word_list(
            "no-execute-changeset fail-on-empty-changeset no-fail-on-empty-changeset disable-rollback "
            "no-disable-rollback force-upload"
        ),
    ),
    ("cloudformation", "package"): Form(
        values=word_list("template-file s3-bucket s3-prefix kms-key-id output-template-file metadata"),
        flags=word_list("use-json force-upload"),
    ),
    ("ecs", "deploy"): Form(
        values=word_list(
            "service task-definition codedeploy-appspec cluster codedeploy-application codedeploy-deployment-group"
        )
    ),
    ("deploy", "push"): Form(
        values=word_list("application-name s3-location source description"),
        flags=word_list("ignore-hidden-files no-ignore-hidden-files"),
    ),
    ("emr", "modify-cluster-attributes"): Form(
        values=word_list("cluster-id"),
        flags=word_list(
            "visible-to-all-users no-visible-to-all-users termination-protected no-termination-protected "
            "auto-terminate no-auto-terminate"
        ),
    ),
    ("emr", "create-default-roles"): Form(),
    ("emr", "create-cluster"): Form(
        values=word_list(
            "additional-info ami-version auto-scaling-role auto-termination-policy configurations custom-ami-id "
            "ebs-root-volume-size ec2-attributes emrfs instance-count instance-type kerberos-attributes log-uri "
            "managed-scaling-policy name os-release-label release-label scale-down-behavior security-configuration "
            "service-role step-concurrency-level"
        ),
        lists=word_list("applications bootstrap-actions instance-fleets instance-groups steps tags"),
        flags=word_list(
            "auto-terminate no-auto-terminate enable-debugging no-enable-debugging termination-protected "
            "no-termination-protected use-default-roles visible-to-all-users no-visible-to-all-users"
        ),
    ),
    ("configservice", "subscribe"): Form(values=word_list("s3-bucket sns-topic iam-role")),
}
_S3_REASONS = {
    "rm": "deletes objects",
    "mb": "makes a bucket",
    "rb": "removes a bucket",
    "website": "makes a bucket a website",
}
_COPY_WORDS = {"cp": "copies", "mv": "moves", "sync": "copies"}
_FILTERS = word_list("filter-pattern log-stream-names log-stream-name-prefix")
_FILES = word_list("template-file output-template-file task-definition codedeploy-appspec")


class Change(Struct, frozen=True, kw_only=True):
    """An added command that changes something, said in a few words, with the plain files that it would read."""

    reason: str
    files: tuple[str, ...] = ()


def read(words: Words) -> Call | Change | None:
    """What an added command would do; None where the words are no added command. Raises `Refused`."""
    name, verb = [*words.rest, "", ""][:2]
    if name == "s3":
        return _s3(verb, words)
    if (name, verb) == ("logs", "tail"):
        return _tail(words)
    if form := _CHANGES.get((name, verb)):
        options, _ = _options(form, words.rest[2:])
        files = (_named_file(name, value) for name, value in options.items() if name in _FILES)
        return Change(reason=f"runs {name} {verb}", files=(*files, *_loaded(options)))
    return None


def _loaded(options: Mapping[str, Value]) -> list[str]:
    return [file for name, value in options.items() for file in loaded(name, value)]


def _check_read(options: Mapping[str, Value]) -> None:
    if files := _loaded(options):
        raise Refused(f"a read takes nothing from a file: write what is in {files[0]} in the command")


def _named_file(option: str, value: Value) -> str:
    if not isinstance(value, str):
        raise Refused(f"--{option} needs one file")
    return plain_file(value)


def _options(form: Form, left: list[str]) -> tuple[dict[str, Value], list[str]]:
    options: dict[str, Value] = {}
    alone: list[str] = []
    left = list(left)
    while left:
        word = left.pop(0)
        if not word.startswith("-") or word == "-":
            alone.append(word)
            continue
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or (name in options and name not in form.repeated):
            raise Refused(f"{word[:40]!r} is no option here, written out and once")
        if equals:
            left.insert(0, value)
        options[name] = _taken(form, name, left, equals=bool(equals))
    least, most = form.alone
    if not least <= len(alone) <= most:
        raise Refused(f"{len(alone)} words stand alone where {most} may")
    return options, alone


def _taken(form: Form, name: str, left: list[str], *, equals: bool) -> Value:
    if name in form.flags and not equals:
        return True
    if name in form.values | form.repeated:
        return left.pop(0) if equals else next_value(left, f"--{name}")
    if name not in form.lists or equals:
        raise Refused(f"--{name[:40]} is no option here, written out")
    taken = []
    while left and is_plain_value(left[0]):
        taken.append(left.pop(0))
    return tuple(taken)


def _s3(verb: str, words: Words) -> Call | Change:
    if verb == "ls":
        return _s3_list(words)
    if verb == "presign":
        raise Refused("it mints a link that opens the object for whoever holds it")
    if verb in ("cp", "mv", "sync"):
        return _copy(verb, words)
    form = _CHANGES.get(("s3", verb))
    if form is None:
        raise Refused(f"{verb[:40] or 'nothing'} is no command of s3")
    options, alone = _options(form, words.rest[2:])
    if not alone[0].startswith("s3://") and not is_reference(alone[0]):
        raise Refused(f"{alone[0][:60]!r} is no s3:// location")
    return Change(reason=_S3_REASONS[verb], files=tuple(_loaded(options)))


def _copy(verb: str, words: Words) -> Change:
    options, (source, destination) = _options(_COPYING, words.rest[2:])
    if not destination.startswith("s3://"):
        raise Refused("it copies objects out of S3: a person fetches what is needed")
    if source.startswith("s3://"):
        reason = f"{_COPY_WORDS[verb]} objects from one place in S3 to another"
        return Change(reason=reason, files=tuple(_loaded(options)))
    if source == "-":
        raise Refused("it reads standard input")
    if objection := objection_to_secret(source):
        raise Refused(objection)
    return Change(reason=f"{_COPY_WORDS[verb]} local files to S3", files=(source, *_loaded(options)))


def _s3_list(words: Words) -> Call:
    options, alone = _options(_LISTING, words.rest[2:])
    _check_read(options)
    where = alone[0] if alone and alone[0] != "s3://" else None
    if where is None:
        return _call(words, "s3api", "list-buckets", {}, "1000")
    found = _BUCKET.fullmatch(where)
    if found is None and not is_reference(where.removeprefix("s3://").split("/")[0]):
        raise Refused(f"{where[:60]!r} is no bucket")
    bucket, _, prefix = where.removeprefix("s3://").partition("/")
    parameters: dict[str, Value] = {"bucket": bucket, "prefix": prefix}
    if "recursive" not in options:
        parameters["delimiter"] = "/"
    return _call(words, "s3api", "list-objects-v2", parameters, "1000")


def _tail(words: Words) -> Call:
    options, (group,) = _options(_TAIL, words.rest[2:])
    _check_read(options)
    since = str(options.get("since", "10m"))
    if not _SINCE.fullmatch(since) and not is_reference(since):
        raise Refused(f"{since[:40]!r} is no time: write --since 10m")
    if options.get("format", "short") not in ("short", "detailed", "json"):
        raise Refused("--format is short, detailed or json")
    kept = {name: value for name, value in options.items() if name in _FILTERS}
    return _call(words, "logs", "filter-log-events", {"log-group-name": group, **kept}, "100", since)


def _call(
    words: Words, name: str, operation: str, parameters: dict[str, Value], most: str, since: str | None = None
) -> Call:
    return Call(
        service=name,
        operation=_operation(name, operation),
        parameters=parameters,
        paging={"max-items": most},
        region=words.options.get("region"),
        query=words.options.get("query"),
        output=words.options.get("output"),
        since=since,
    )


def _operation(name: str, operation: str) -> Operation:
    known = service(name)
    assert known, "the table holds every service that is named here"
    return known.operations[operation]
