"""Redis's commands by what they do, from its command reference (2.8 to 8.2, Valkey 9): the reads with their arguments.

The server's own flags do not tell: TOUCH and EVAL_RO are flagged as reads, INFO and SLOWLOG GET are not, and CONFIG
SET lacks the write flag. So each read is written out below with the shape of its arguments; any other shape is not
read-only. A name in none of the tables is a module's or a renamed command, and is refused.
"""

import re
from functools import cache

from compiler.proof.word_list import word_list

# One read a line: the words as they stand, arguments by kind. `key` is looked at only from outside, `held` is a key
# whose value would be shown, `[…]` may be left out, `+` is once or more, `*` any number of times.
_READS = r"""
PING text?
ECHO text
TIME
DBSIZE
LASTSAVE
ROLE
LOLWUT
INFO word*
COMMAND
COMMAND COUNT
COMMAND (INFO|DOCS) word*
COMMAND LIST [FILTERBY (ACLCAT|MODULE) word]
COMMAND LIST FILTERBY PATTERN text
COMMAND (GETKEYS|GETKEYSANDFLAGS) text+
COMMANDLOG LEN word
COMMANDLOG GET int word
SLOWLOG LEN
SLOWLOG GET int?
LATENCY (LATEST|DOCTOR)
LATENCY (HISTORY|GRAPH) word
LATENCY HISTOGRAM word*
MEMORY (STATS|DOCTOR|MALLOC-STATS)
MEMORY USAGE key [SAMPLES int]
CLIENT (INFO|ID|GETNAME|GETREDIR|TRACKINGINFO)
CLIENT LIST [TYPE word]
CLIENT LIST ID int+
CONFIG GET setting+
CLUSTER (INFO|NODES|SLOTS|SHARDS|LINKS|MYID|MYSHARDID)
CLUSTER (REPLICAS|SLAVES|COUNT-FAILURE-REPORTS) word
CLUSTER KEYSLOT key
CLUSTER COUNTKEYSINSLOT int
CLUSTER GETKEYSINSLOT int few
CLUSTER SLOT-STATS SLOTSRANGE int int
CLUSTER SLOT-STATS ORDERBY word [LIMIT int] (ASC|DESC)?
ACL (WHOAMI|USERS)
ACL CAT word?
PUBSUB (CHANNELS|SHARDCHANNELS) pattern?
PUBSUB (NUMSUB|SHARDNUMSUB) text*
PUBSUB NUMPAT
SCRIPT EXISTS word+
FUNCTION STATS
SENTINEL (MASTERS|MYID)
SENTINEL (MASTER|REPLICAS|SLAVES|SENTINELS|GET-MASTER-ADDR-BY-NAME|CKQUORUM) word
OBJECT (ENCODING|FREQ|IDLETIME|REFCOUNT) key
EXISTS key+
TYPE key
TTL key
PTTL key
EXPIRETIME key
PEXPIRETIME key
RANDOMKEY
KEYS pattern
SCAN int [MATCH pattern] [COUNT many] [TYPE word]
SCAN int [COUNT many] [MATCH pattern] [TYPE word]
SCAN int [TYPE word] [MATCH pattern] [COUNT many]
STRLEN key
GET held
MGET held+
GETRANGE held int int
SUBSTR held int int
GETBIT held int
BITCOUNT held [int int (BIT|BYTE)?]
BITPOS held int [int] [int] (BIT|BYTE)?
BITFIELD_RO held (GET word word)+
LLEN key
LRANGE held int int
LINDEX held int
LPOS held text [RANK int] [COUNT few] [MAXLEN int]
HLEN key
HEXISTS held text
HSTRLEN held text
HGET held field
HMGET held field+
HGETALL held
HKEYS held
HVALS held
HSCAN held int [MATCH pattern] [COUNT many] NOVALUES?
HRANDFIELD held
HRANDFIELD held sample WITHVALUES?
(HTTL|HPTTL|HEXPIRETIME|HPEXPIRETIME) key FIELDS int text+
SCARD key
SISMEMBER held text
SMISMEMBER held text+
SMEMBERS held
SSCAN held int [MATCH pattern] [COUNT many]
SRANDMEMBER held sample?
ZCARD key
ZCOUNT key bound bound
ZLEXCOUNT key bound bound
ZSCORE held text
ZMSCORE held text+
(ZRANK|ZREVRANK) held text WITHSCORE?
ZRANGE held int int (REV|WITHSCORES)*
ZRANGE held bound bound (REV|WITHSCORES|LIMIT int few)* (BYSCORE|BYLEX) (REV|WITHSCORES|LIMIT int few)*
ZREVRANGE held int int WITHSCORES?
(ZRANGEBYSCORE|ZREVRANGEBYSCORE) held bound bound (WITHSCORES|LIMIT int few)*
(ZRANGEBYLEX|ZREVRANGEBYLEX) held bound bound [LIMIT int few]
ZRANDMEMBER held
ZRANDMEMBER held sample WITHSCORES?
ZSCAN held int [MATCH pattern] [COUNT many]
XLEN key
XINFO (STREAM|GROUPS) key
XINFO STREAM held FULL [COUNT few]
XINFO CONSUMERS key text
XPENDING key text
XPENDING key text [IDLE int] bound bound few text?
(XRANGE|XREVRANGE) held bound bound [COUNT few]
XREAD [COUNT few] STREAMS held bound
(GEOPOS|GEOHASH) held text+
GEODIST held text text word?
(ACL|CLIENT|CLUSTER|COMMAND|COMMANDLOG|CONFIG|FUNCTION|LATENCY|MEMORY|OBJECT|PUBSUB|SCRIPT|SLOWLOG|XINFO) HELP
"""

_KINDS = {
    "text": r"[^\0]*",
    "word": r"[A-Za-z0-9_.:#%-]+",
    "int": r"-?[0-9]{1,18}",
    "few": r"[1-9][0-9]{0,2}",
    "sample": r"-?[0-9]{1,3}",
    "many": r"[0-9]{1,4}",
    "bound": r"[^\0]{1,200}",
    "key": r"[^\0]+",
    "held": r"[^\0]+",
    "field": r"[^\0]+",
    "pattern": r"[^\0]+",
    "setting": r"[A-Za-z0-9*?_-]+",
}
_GROUPS = {"[": "(?:", "]": ")?", "(": "(?:", ")": ")", "|": "|", "?": "?", "*": "*", "+": "+"}
_MARK = re.compile(r"[\[\]()|?*+]|[A-Z_-]{2,}[A-Z0-9_-]*|[a-z]+")


def _compiled(line: str) -> re.Pattern[str]:
    """One line as a pattern over the words of a command, each of them ended by a NUL."""
    return re.compile("".join(_piece(mark) for mark in _MARK.findall(line)))


def _piece(mark: str) -> str:
    if mark in _GROUPS:
        return _GROUPS[mark]
    if mark in _KINDS:
        return f"(?:{_KINDS[mark]}\\0)"
    return f"(?:(?i:{re.escape(mark)})\\0)"


_SHOWING = word_list("held field pattern setting")
_LINES = _READS.strip().splitlines()


def _names(line: str) -> list[str]:
    return line.split()[0].strip("()").split("|")


@cache
def reads_of(name: str) -> tuple[tuple[bool, re.Pattern[str]], ...]:
    """The reads of a command (in capitals) as patterns of their words, and whether each shows what a key holds."""
    lines = [line for line in _LINES if name in _names(line)]
    return tuple((not _SHOWING.isdisjoint(_MARK.findall(line)), _compiled(line)) for line in lines)


READ_NAMES = frozenset(name for line in _LINES for name in _names(line))

CHANGES = word_list(
    """
    APPEND BGREWRITEAOF BGSAVE BITFIELD BITOP BLMOVE BLMPOP BLPOP BRPOP BRPOPLPUSH BZMPOP BZPOPMAX BZPOPMIN COPY DECR
    DECRBY DEL DELEX EXPIRE EXPIREAT FAILOVER FLUSHALL FLUSHDB GEOADD GEORADIUS GEORADIUSBYMEMBER GEOSEARCHSTORE GETDEL
    GETEX GETSET HDEL HEXPIRE HEXPIREAT HGETDEL HGETEX HINCRBY HINCRBYFLOAT HMSET HPERSIST HPEXPIRE HPEXPIREAT HSET
    HSETEX HSETNX INCR INCRBY INCRBYFLOAT LINSERT LMOVE LMPOP LPOP LPUSH LPUSHX LREM LSET LTRIM MOVE MSET MSETEX MSETNX
    PERSIST PEXPIRE PEXPIREAT PFADD PFCOUNT PFMERGE PSETEX PUBLISH RENAME RENAMENX REPLICAOF RESTORE RPOP RPOPLPUSH
    RPUSH RPUSHX SADD SAVE SDIFFSTORE SET SETBIT SETEX SETNX SETRANGE SHUTDOWN SINTERSTORE SLAVEOF SMOVE SPOP SPUBLISH
    SREM SUNIONSTORE SWAPDB TOUCH UNLINK XACK XACKDEL XADD XAUTOCLAIM XCLAIM XDEL XDELEX XGROUP XREADGROUP XSETID XTRIM
    ZADD ZDIFFSTORE ZINCRBY ZINTERSTORE ZMPOP ZPOPMAX ZPOPMIN ZRANGESTORE ZREM ZREMRANGEBYLEX ZREMRANGEBYRANK
    ZREMRANGEBYSCORE ZUNIONSTORE
    """
)
"""Commands that change data, replication or the server. PFCOUNT is one: it stores the count that it computes."""

SUBCOMMAND_CHANGES = {
    "ACL": word_list("DELUSER LOAD LOG SAVE"),
    "CLIENT": word_list("KILL PAUSE UNPAUSE UNBLOCK"),
    "CLUSTER": word_list(
        """
        ADDSLOTS ADDSLOTSRANGE BUMPEPOCH DELSLOTS DELSLOTSRANGE FAILOVER FLUSHSLOTS FORGET MEET MIGRATION REPLICATE
        CANCELSLOTMIGRATIONS MIGRATESLOTS RESET SAVECONFIG SET-CONFIG-EPOCH SETSLOT
        """
    ),
    "COMMANDLOG": word_list("RESET"),
    "CONFIG": word_list("SET RESETSTAT REWRITE"),
    "FUNCTION": word_list("DELETE FLUSH KILL"),
    "LATENCY": word_list("RESET"),
    "MEMORY": word_list("PURGE"),
    "SCRIPT": word_list("FLUSH KILL"),
    "SENTINEL": word_list("CONFIG FAILOVER FLUSHCONFIG MONITOR REMOVE RESET SET"),
    "SLOWLOG": word_list("RESET"),
}

_REFUSED_BY_REASON = {
    "it runs code in the server": "EVAL EVAL_RO EVALSHA EVALSHA_RO FCALL FCALL_RO FUNCTION SCRIPT MODULE",
    "it can stop or alter the server's inner state": "DEBUG PFDEBUG PFSELFTEST RESTORE-ASKING",
    "it never ends": "MONITOR SUBSCRIBE PSUBSCRIBE SSUBSCRIBE SYNC PSYNC REPLCONF",
    "it changes the state of a pooled connection": """
        MULTI EXEC DISCARD WATCH UNWATCH SELECT AUTH HELLO RESET QUIT READONLY READWRITE ASKING UNSUBSCRIBE
        PUNSUBSCRIBE SUNSUBSCRIBE CLIENT
        """,
    "it waits for replicas": "WAIT WAITAOF",
    "it copies data out of the server": "MIGRATE DUMP",
    "it may read other keys or store its result: write SSCAN, ZRANGE or LRANGE with a limit": "SORT SORT_RO",
    "its cost has no bound": "SDIFF SINTER SINTERCARD SUNION ZDIFF ZINTER ZINTERCARD ZUNION LCS STRALGO "
    "GEOSEARCH GEORADIUS_RO GEORADIUSBYMEMBER_RO",
    "it shows or sets what users may do and their password hashes": "ACL",
}
REFUSED = {name: reason for reason, names in _REFUSED_BY_REASON.items() for name in word_list(names)}

SECRET_SETTINGS = word_list(
    """
    masterauth masteruser primaryauth primaryuser requirepass sentinel-pass tls-key-file-pass tls-client-key-file-pass
    ts-global-password search-oss-global-password
    """
)
UNSAFE_SETTINGS = word_list(
    """
    dir dbfilename aclfile logfile unixsocket pidfile appendfilename appenddirname dbfilename loadmodule
    enable-debug-command enable-module-command enable-protected-configs protected-mode bind
    """
)
"""Settings that point the server at other files, or open it: not to be changed from a runbook."""

PERSONAL_WORDS = word_list("auth cookie csrf login oauth sess session sessions sso")
"""Words of a key that say its value is somebody's login."""
