"""One expression for MongoDB's shell: whether it is certain to look and no more.

The shell runs JavaScript, so an expression is compared whole: a call of a method that only shows something, with plain
values in its brackets and no names that the shell would look up.
"""

import re
from typing import Final

from compiler.proof.secret_names import holds_secrets, names_a_secret

_TEXT: Final = r"(?:\"(?!\$)[^\"\\]*+\"|'(?!\$)[^'\\]*+')"
_FIELD: Final = r"(?:\"\$[\w.]++\"|'\$[\w.]++')(?!\s*:)"
_OPERATOR: Final = (
    r"\$(?:gte?|lte?|ne|in|nin|eq|exists|and|or|not|nor|size|all|type|match|group|project|unwind|sum|avg|min|max|count"
    r"|sort|limit|skip)"
)
_TOKEN: Final = (
    rf"(?:{_TEXT}|{_FIELD}|[\"']{_OPERATOR}[\"'](?=\s*:)|{_OPERATOR}(?=\s*:)|[A-Za-z_]\w*+(?=\s*:)"
    rf"|-?\d++(?:\.\d++)?+|(?:true|false|null)(?!\w)|(?:new Date|ISODate|ObjectId)\({_TEXT}?+\)"
    r"|\](?!\s*:)|[\s,:\[{}])"
)
_PLAIN: Final = rf"(?:{_TOKEN})*+"
"""A document of plain values. A key is never computed (`["$where"]: …`), and of the operators none runs code."""
_FIELDS: Final = r"(?:\.[A-Za-z]\w*(?![\w(]))*"
_DATABASE: Final = r"(?:db|db\.getSiblingDB\([\"']\w+[\"']\))"
_COLLECTION: Final = r"\.(?:getCollection\([\"'](?!system\.)[\w.]+[\"']\)|oplog\.rs|[A-Za-z_]\w*)"
_SCALE: Final = r"(?:\d+(?:\s*\*\s*\d+)*)?"
_COMMAND: Final = (
    r"(?:ping|serverStatus|replSetGetStatus|listDatabases|hello|isMaster|connPoolStats|dbStats|buildInfo|hostInfo"
    r"|connectionStatus|features|collStats|currentOp|getLog|top|replSetGetConfig|balancerStatus|listShards|listCollections"
    r"|listIndexes)"
)
_EXPLAINED: Final = r"(?:\.explain\((?:[\"']\w+[\"'])?\))?"
_OF_CLUSTER: Final = re.compile(
    r"(?:rs\.(?:status|conf|config|hello|isMaster|print(?:Secondary|Slave)?ReplicationInfo)\(\)"
    r"|sh\.(?:status|isBalancerRunning|getBalancerState)\(\))" + _FIELDS,
    re.ASCII,
)
_OF_DATABASE: Final = re.compile(
    rf"{_DATABASE}(?:\.stats\({_SCALE}\)|\.(?:serverStatus|hello|isMaster|version|hostInfo|getCollectionNames|getReplicationInfo"
    r"|print(?:Secondary|Slave)?ReplicationInfo|getProfilingStatus|printCollectionStats)\((?:true)?\)"
    rf"|\.currentOp\({_PLAIN}\)"
    rf"|\.(?:adminCommand|runCommand)\((?:[\"']{_COMMAND}[\"']|\{{\s*[\"']?{_COMMAND}[\"']?\s*:{_PLAIN})\))" + _FIELDS,
    re.ASCII,
)
_OF_COLLECTION: Final = re.compile(
    rf"{_DATABASE}{_COLLECTION}(?:\.(?:stats|getIndexes|estimatedDocumentCount|totalSize|storageSize|dataSize"
    rf"|totalIndexSize|latencyStats)\((?:\{{\s*\}}|{_SCALE})\)|\.(?:countDocuments|count)\({_PLAIN}\)"
    rf"|\.(?:aggregate|findOne|distinct)\({_PLAIN}\)"
    rf"|\.find\({_PLAIN}\)(?:\.sort\({_PLAIN}\))?(?:\.(?:limit\(\d{{1,3}}\)|count\(\)))?{_EXPLAINED}(?:\.(?:pretty|toArray)\(\))?)"
    + _FIELDS,
    re.ASCII,
)
_SHOW: Final = re.compile(r"show (?:dbs|databases|collections|tables);?", re.ASCII)
_PRINT: Final = re.compile(r"(?:printjson|print|JSON\.stringify|EJSON\.stringify)\((.*)\)", re.ASCII)
_READ: Final = re.compile(r"\.(?:find|findOne|aggregate|distinct|count|countDocuments)\(", re.ASCII)
_WORD: Final = re.compile(r"\w+", re.ASCII)


def looks(text: str) -> bool:
    """Whether the expression only shows something, and nothing that is named as a secret."""
    bare = text.rstrip("; ")
    inner = _PRINT.fullmatch(bare)
    expression = inner[1] if inner else bare
    forms = (_OF_CLUSTER, _OF_DATABASE, _OF_COLLECTION)
    known = _SHOW.fullmatch(text) or any(form.fullmatch(expression) for form in forms)
    return bool(known) and shown_secret(text) is None


def shown_secret(text: str) -> str | None:
    """The word of a look that names a secret, which the answer would show; None when there is none.

    The log of operations repeats what was written anywhere, accounts among it.
    """
    if not _READ.search(text):
        return None
    words = _WORD.findall(text)
    return next((word for word in words if word == "oplog" or names_a_secret(word) or holds_secrets(word)), None)
