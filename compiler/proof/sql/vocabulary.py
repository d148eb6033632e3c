"""The names that a read-only SELECT may use or must not: operators, types, relations, and words that pick a secret."""

from compiler.proof.word_list import word_list

OPERATORS = word_list(
    """
    + - * / % ^ |/ ||/ @ & | # ~ << >> = <> != < > <= >= ||
    ~~ !~~ ~~* !~~* ~ !~ ~* !~* ^@ ~<~ ~<=~ ~>~ ~>=~
    -> ->> #> #>> #- @> <@ ? ?| ?& @? @@
    && &< &> -|- <<= >>= &<| |&> <<| |>> <-> ## ?# ?- ?-| ?|| @-@ @@ ~= <^ >^ !!
    """
)
"""The operators of pg_catalog. `@@@` is left out: it is long deprecated there, and other packages define it anew."""
KEYWORD_OPERATORS = frozenset({"BETWEEN", "NOT BETWEEN", "BETWEEN SYMMETRIC", "NOT BETWEEN SYMMETRIC"})

TYPES = word_list(
    """
    bit bool bpchar bytea char cid cidr circle box line lseg path point polygon date daterange datemultirange
    float4 float8 inet int2 int4 int8 int4multirange int4range int8multirange int8range interval json jsonb jsonpath
    macaddr macaddr8 money name numeric nummultirange numrange oid oidvector int2vector pg_lsn pg_snapshot record
    regclass regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure regrole
    regtype text tid time timestamp timestamptz timetz tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector
    txid_snapshot uuid varbit varchar xid xid8
    """
)
MAX_TYPE_MODIFIER = 65_535
"""'x'::char(1000000000) makes a gigabyte of blanks."""

SECRET_RELATIONS = word_list(
    """
    pg_authid pg_shadow pg_hba_file_rules pg_ident_file_mappings pg_file_settings pg_user_mapping pg_user_mappings
    _pg_user_mappings user_mapping_options pg_largeobject pg_statistic pg_statistic_ext_data pg_dist_authinfo
    pg_dist_poolinfo foreign_server_options foreign_data_wrapper_options _pg_foreign_servers
    _pg_foreign_data_wrappers
    """
)
SECRET_STARS = frozenset({"pg_subscription", "pg_foreign_server", "pg_foreign_data_wrapper"})
"""Relations of which single columns may be shown, and never all of them: one holds a password."""
PICKED_RELATIONS = frozenset({"pg_settings", "pg_stats", "pg_stats_ext"})
"""Relations of which a text picks out one secret: a setting, or what is known of a column's values."""
JSON_STEPS = frozenset({"->", "->>", "#>", "#>>", "@?", "@@", "?", "#-"})
SETTING_KEYS = word_list("key k name setting param parameter variable option")
