"""The words of a URL that tell what a GET would do: actions, secrets, and pages that cost or show too much.

GET is only safe by convention. A path is read as words, and a word that names an action makes the request a change.
"""

import re

from compiler.proof.word_list import word_list

ACTIONS = word_list(
    """
    abandon abortabortabort add aliveness-test allocate approve assign ban bulk bump busrefresh bust cancel
    cleanup clear clone cmd.cgi consume crash create cron.php deactivate decline decommission decr decrement
    defrag defragment del delcounters delete demote dequeue deregister destroy detach disable dismiss dispatch
    drain_listeners drop edit eject elect emit empty enable enqueue erase evacuate evict execute expel expire fail
    failback fence findleaks flush force forcemerge forget freeosmemory freeze fulfill gc grant halt hibernate
    impersonate incr increment inject insert install interrupt invalidate invoke isolate kick kickoff kickstart
    kill launch leave logout mark merge modify move mute nack notify optimize override overwrite patch perform
    persist pin poke post powercycle poweroff provision prune publish purge push put quarantine quiesce quietdown
    quit quitquitquit reap recalculate recompute reconcile reconfigure recover recreate recycle redeliver redrive
    reelect refund regen regenerate register rehash reindex reinstall reintegrate reject rekey reload_config
    remove rename renew repair repartition reprocess reprovision requeue reroute rerun rescan reschedule reseed
    resend reset reshard resign resize restore resubmit revert revoke rollover safeexit safeload saferestart save
    schedule_now send sendmail set shelve shrink shutdown silence simulate skip sleep spawn srst stepdown stress
    suspend sweep terminate toggle touch transfer trigger truncate unassign unban undelete undeploy undo unfreeze
    uninstall unlock unmark unmute unpause unpin unpublish unregister unseal unset unshelve unsilence unsubscribe
    update upgrade upload vacuum wake warm warmup wipe wipeout wp-cron.php write
    """
)
"""Verbs that change something wherever they stand, whatever word follows: `/reset/stats` resets the statistics.
One of four letters or fewer must begin its part of the path, since `data-set` and `hot-spot` are things."""

GLUED_ACTIONS = (
    "clear",
    "delete",
    "flush",
    "invalidate",
    "purge",
    "reboot",
    "reload",
    "reset",
    "restart",
    "shutdown",
    "truncate",
)
"""Verbs found also at the beginning of a run-together word such as `flushall`, `clearcache`."""
NOT_GLUED = word_list(
    """
    clearance cleared clearing cleartext deleted deletes deletion deletions flushed flushes flushing invalidated purged
    reboots rebooted reloaded reloads resets resetted restarted restarts truncated
    """
)

GLUED = re.compile(
    r"[a-z]+(?:restart|reboot|shutdown|reload|purge|truncate|invalidate|failover)|(?:hard|soft|factory|force|full)reset"
    r"|(?:re)?(?:start|stop|kill|drain|disable|enable|drop|rotate)"
    r"(?:all|jobs?|services?|app|server|db|database|nodes?|workers?|queues?|features?|keys?|index|cache|table)"
)
"""Verbs that end a run-together word, or begin one with what they act on: `/forcerestart`, `/stopall`."""

ACTION_KEY = re.compile(
    r"(?:do|force)?[_-]?(?:clear|delete|evict|flush|invalidate|kill|purge|reboot|rebuild|reindex|reload|remove|reset|restart"
    r"|shutdown|terminate|truncate|wipe)"
    r"(?!(?:e?d|s|ing|ions?|ance|able|ers?)(?:$|[_.\[-]))"
    r"(?!.*(?:count|at|after|before|since|policy|reason|limit|interval|time|date|by|type|protection|status)\]?$).*"
    r"|force[_-]?refresh|do[_-](?!not).*"
)
"""Query keys that ask for an action and say on what: `?clear_cache=1`, `?deleteId=4`; `?deleted_at=` and
`?restart_count=` ask about one."""

LIFECYCLE = word_list(
    """
    abort acknowledge ack activate backup bounce close compact confirm cordon deploy drain failover lock migrate
    pause prewarm promote reassign rebalance reboot rebuild redeploy refresh reinitialize release reload reopen
    replay restart resume resync retry rollback rotate run scale seal snapshot start stop switch switchover sync
    uncordon undrain unmount webhook
    """
)
"""Verbs that are asked about too: a change, unless a word of QUESTIONS follows (`/failover/history`)."""

PAGES = word_list(
    """
    accept apply archive assemble attach bind block build capture change charge clean commit complete connect
    convert copy cron disconnect exit export finish flip generate import join off on open order pay play pop
    populate preload process resolve rewind seed ship sign submit subscribe unbind void vote
    """
)
"""Words that are mostly nouns: a change only as the first word of the last part of the path."""

QUESTIONS = word_list(
    """
    count counts events health history info last latest list log logs metrics policies policy progress state states
    stats status
    """
)

OPERATION_KEYS = word_list("action cmd cmnd command do op operation task turn verb")
"""Query keys whose value says what to do."""
READING_OPERATIONS = word_list(
    "clusterstatus colstatus count describe explain get health info list peek query read search show stats status view "
    "validate"
)
QUERY_LANGUAGE_KEYS = word_list("cypher db_query q query sql statement stmt")
STATEMENT_CHANGES = word_list("alter create delete drop grant insert into mutation revoke truncate update upsert")
"""Words that make a statement in a query parameter a change, wherever they stand outside quotes."""
STATEMENT_COMMANDS = word_list(
    """
    analyze attach backup begin call commit copy detach do exec execute kill load lock merge optimize put remove rename
    replace restore rollback set start stop system vacuum
    """
)
"""Words that make it a change as its first."""
METHOD_OVERRIDES = word_list(
    "_method method_override httpmethod _httpmethod http_method x-http-method x-http-method-override x-method-override"
)

SETTING_PAGES = word_list("balancer-manager logging loglevel log-level log_level maintenance upstream_conf verbosity")
"""Pages that show what is set, and set it to what their query says."""
SWITCHES = word_list("loggers flags features feature-flags toggles switches")
SWITCH_KEYS = word_list("level value enabled enable state on")
"""`/flags/checkout?enabled=false` sets one of a collection; without a name before the query it only filters."""
ROUTE_KEYS = word_list("r route path page controller qt")
CALL_KEYS = word_list("method fn func function call mode act button submit request")
"""Query keys whose value may be a path, or a verb, that an application takes for its own."""
REACHING_OUT = re.compile(
    r"\b(?:url|file|remote|remotesecure|executable|s3|s3cluster|hdfs|gcs|azureblobstorage|mysql|postgresql|jdbc|odbc|sqlite"
    r"|mongodb|redis|load_file|sleep|benchmark)\s*\("
)
"""Functions in a query parameter's SQL that reach files, programs or other servers, or wait."""

NOUNS = word_list("_snapshot")
"""Parts of a path that look like an action and are a thing: Elasticsearch lists its snapshots there."""

# The parts below are compared without their dashes and underscores.
REFUSED_PARTS = {
    "heapdump": "a heap dump stops the process and holds its secrets",
    "coredump": "a core dump holds the process's secrets",
    "hprof": "a heap dump holds the process's secrets",
    "env": "an environment page shows secrets",
    "environ": "an environment page shows secrets",
    "environment": "an environment page shows secrets",
    "configprops": "a configuration page shows secrets",
    "configdump": "a configuration page shows secrets",
    "dump": "a dump holds the process's secrets",
    "memorydump": "a memory dump holds the process's secrets",
    "phpinfo": "an environment page shows secrets",
    "httptrace": "recorded requests hold credentials",
    "httpexchanges": "recorded requests hold credentials",
    "definitions": "broker definitions hold password hashes",
    "configmaps": "free-form configuration often holds secrets",
    "kv": "a key-value store's entries often hold secrets",
    "securitycredentials": "it hands out credentials",
    "userdata": "a machine's start-up data often holds secrets",
    "variables": "the variables of a deployment often hold secrets",
    "keyauth": "a gateway's keys are credentials",
    "basicauth": "a gateway's users come with their password hashes",
    "hmacauth": "a gateway's keys are credentials",
    "systeminfo": "an environment page shows secrets",
    "configz": "a configuration page shows secrets",
}
CODE_PARTS = {
    "exec": "it runs a command",
    "attach": "it opens a container's standard input",
    "portforward": "it opens a tunnel",
    "script": "it runs code",
    "eval": "it runs code",
    "shell": "it opens a shell",
    "console": "it opens a console",
    "scripttext": "it runs code",
    "checkscript": "it runs code",
}
REFUSED_LAST_PARTS = {
    "conf": "a configuration page often shows secrets",
    "config": "a configuration page often shows secrets",
    "configuration": "a configuration page often shows secrets",
    "properties": "a configuration page often shows secrets",
}
REFUSED_PROFILES = word_list("profile heap trace allocs cmdline")
"""Pages under /pprof/ that take long, or show memory or the command line."""
REFUSED_ENDINGS = (
    *(".pem", ".key", ".p12", ".pfx", ".jks", ".ppk", ".keytab", ".kdbx", ".env", ".htpasswd", ".tfstate", ".tfvars"),
    *(".sql", ".bak", ".dump", ".db", ".sqlite", ".hprof", ".pcap", ".tar.gz", ".tgz"),
)
REFUSED_PORTS = {
    2375: "the Docker API is root on its host",
    2376: "the Docker API is root on its host",
    10250: "a GET on the kubelet can run commands",
    10255: "the kubelet shows what pods hold",
}
