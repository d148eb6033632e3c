"""What PostgreSQL's functions do: the reviewed ones that only look, and why the others may not run by themselves.

The reviewed list follows the chapters of PostgreSQL's manual (functions and operators; monitoring) for 13 to 18. A
name is on it only when every function of that name in pg_catalog reads and computes: no effect, lock, wait, file, SQL
held in a string, and no result larger than its arguments account for. Volatile functions are on it by name only
(VOLATILE_READS). What no list knows is mutating: a function of the team's own may do anything.
"""

import re

from compiler.proof.word_list import word_list
from incident.verdict import Judgement, Verdict

_MATHEMATICS = """
abs acos acosd acosh asin asind asinh atan atan2 atan2d atand atanh cbrt ceil ceiling cos cosd cosh cot cotd degrees
div erf erfc exp floor gamma gcd lcm lgamma ln log log10 min_scale mod pi pow power radians round scale sign sin sind
sinh sqrt tan tand tanh trim_scale trunc width_bucket
"""
_TEXT = """
ascii bit_count bit_length btrim casefold char_length character_length chr concat concat_ws convert convert_from
convert_to crc32 crc32c decode encode get_bit get_byte initcap is_normalized left length like_escape lower ltrim md5
normalize octet_length overlay parse_ident position quote_ident quote_literal quote_nullable regexp_count regexp_instr
regexp_like regexp_match regexp_matches regexp_replace regexp_split_to_array regexp_split_to_table regexp_substr replace
reverse right rtrim set_bit set_byte sha224 sha256 sha384 sha512 similar_escape similar_to_escape split_part starts_with
string_to_array string_to_table strpos substr substring to_ascii to_bin to_hex to_oct translate unicode_assigned unistr
upper
"""
_TIME = """
age date_add date_bin date_part date_subtract date_trunc extract isfinite justify_days justify_hours justify_interval
make_date make_interval make_time make_timestamp make_timestamptz now overlaps statement_timestamp timezone to_char
to_date to_number to_timestamp transaction_timestamp
"""
_CONVERSIONS = """
bit bool bpchar bytea char cidr date float4 float8 int2 int4 int8 interval macaddr macaddr8 money name numeric oid
pg_lsn regclass text time timestamp timestamptz timetz varbit varchar xid
"""
_JSON = """
array_to_json json_agg json_agg_strict json_array_elements json_array_elements_text json_array_length json_build_array
json_build_object json_each json_each_text json_extract_path json_extract_path_text json_object json_object_agg
json_object_agg_strict json_object_agg_unique json_object_agg_unique_strict json_object_keys json_strip_nulls
json_to_record json_to_recordset json_typeof jsonb_agg jsonb_agg_strict jsonb_array_elements jsonb_array_elements_text
jsonb_array_length jsonb_build_array jsonb_build_object jsonb_each jsonb_each_text jsonb_extract_path
jsonb_extract_path_text jsonb_insert jsonb_object jsonb_object_agg jsonb_object_agg_strict jsonb_object_agg_unique
jsonb_object_agg_unique_strict jsonb_object_keys jsonb_path_exists jsonb_path_exists_tz jsonb_path_match
jsonb_path_match_tz jsonb_path_query jsonb_path_query_array jsonb_path_query_array_tz jsonb_path_query_first
jsonb_path_query_first_tz jsonb_path_query_tz jsonb_pretty jsonb_set jsonb_set_lax jsonb_strip_nulls jsonb_to_record
jsonb_to_recordset jsonb_typeof row_to_json to_json to_jsonb
"""
_ARRAYS_AND_RANGES = """
array_append array_cat array_dims array_length array_lower array_ndims array_position array_positions array_prepend
array_remove array_replace array_reverse array_sort array_to_string array_upper cardinality daterange datemultirange
enum_first enum_last enum_range generate_subscripts int4multirange int4range int8multirange int8range isempty lower_inc
lower_inf multirange num_nonnulls num_nulls nummultirange numrange range_merge trim_array tsmultirange tsrange
tstzmultirange tstzrange unnest upper_inc upper_inf
"""
_AGGREGATES_AND_WINDOWS = """
any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop covar_samp cume_dist dense_rank
every first_value lag last_value lead max min mode nth_value ntile percent_rank percentile_cont percentile_disc
range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count regr_intercept regr_r2 regr_slope regr_sxx regr_sxy
regr_syy row_number stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance
"""
_NETWORK_GEOMETRY_UUID = """
abbrev area box bound_box broadcast center circle diagonal diameter family height host hostmask inet_merge
inet_same_family isclosed isopen line lseg masklen netmask network npoints path point polygon radius set_masklen slope
width macaddr8_set7bit uuid_extract_timestamp uuid_extract_version
"""
_TEXT_SEARCH = """
array_to_tsvector get_current_ts_config json_to_tsvector jsonb_to_tsvector numnode phraseto_tsquery plainto_tsquery
querytree setweight strip to_tsquery to_tsvector ts_delete ts_filter ts_headline ts_rank ts_rank_cd tsquery_phrase
tsvector_to_array websearch_to_tsquery
"""
_SESSION_AND_PRIVILEGES = """
aclexplode acldefault current_database current_schema current_schemas current_setting current_user getdatabaseencoding
getpgusername has_any_column_privilege has_column_privilege has_database_privilege has_foreign_data_wrapper_privilege
has_function_privilege has_language_privilege has_parameter_privilege has_schema_privilege has_sequence_privilege
has_server_privilege has_table_privilege has_tablespace_privilege has_type_privilege icu_unicode_version
inet_client_addr inet_client_port inet_server_addr inet_server_port pg_backend_pid pg_client_encoding pg_conf_load_time
pg_has_role pg_is_other_temp_schema pg_my_temp_schema pg_postmaster_start_time pg_trigger_depth row_security_active
session_user system_user unicode_version version
"""
_CATALOG = """
col_description format_type obj_description pg_basetype pg_char_to_encoding pg_collation_for pg_collation_is_visible
pg_column_compression pg_column_is_updatable pg_column_size pg_describe_object pg_encoding_max_length
pg_encoding_to_char pg_filenode_relation pg_function_is_visible pg_get_catalog_foreign_keys pg_get_constraintdef
pg_get_expr pg_get_function_arg_default pg_get_function_arguments pg_get_function_identity_arguments
pg_get_function_result pg_get_function_sqlbody pg_get_functiondef pg_get_indexdef pg_get_keywords pg_get_object_address
pg_get_partition_constraintdef pg_get_partkeydef pg_get_replica_identity_index pg_get_ruledef pg_get_serial_sequence
pg_get_statisticsobjdef pg_get_statisticsobjdef_columns pg_get_statisticsobjdef_expressions pg_get_triggerdef
pg_get_userbyid pg_get_viewdef pg_identify_object pg_identify_object_as_address pg_index_column_has_property
pg_index_has_property pg_indexam_has_property pg_opclass_is_visible pg_operator_is_visible pg_opfamily_is_visible
pg_options_to_table pg_partition_root pg_relation_filenode pg_relation_filepath pg_relation_is_publishable
pg_relation_is_updatable pg_sequence_parameters pg_settings_get_flags pg_size_bytes pg_size_pretty
pg_statistics_obj_is_visible pg_table_is_visible pg_tablespace_location pg_timezone_abbrevs pg_timezone_names
pg_ts_config_is_visible pg_ts_dict_is_visible pg_type_is_visible pg_typeof shobj_description to_regclass
to_regcollation to_regnamespace to_regoper to_regoperator to_regproc to_regprocedure to_regrole to_regtype
"""
_TRANSACTIONS_AND_WAL = """
mxid_age pg_current_snapshot pg_current_xact_id_if_assigned pg_snapshot_xip pg_snapshot_xmax pg_snapshot_xmin
pg_split_walfile_name pg_visible_in_snapshot pg_wal_lsn_diff pg_walfile_name pg_walfile_name_offset
txid_current_if_assigned txid_current_snapshot txid_snapshot_xip txid_snapshot_xmax txid_snapshot_xmin
txid_visible_in_snapshot
"""
_STATISTICS = """
pg_cursor pg_get_replication_slots pg_listening_channels pg_prepared_statement pg_stat_get_activity
pg_stat_get_analyze_count pg_stat_get_archiver pg_stat_get_autoanalyze_count pg_stat_get_autovacuum_count
pg_stat_get_backend_activity pg_stat_get_backend_activity_start pg_stat_get_backend_client_addr
pg_stat_get_backend_client_port pg_stat_get_backend_dbid pg_stat_get_backend_idset pg_stat_get_backend_pid
pg_stat_get_backend_start pg_stat_get_backend_subxact pg_stat_get_backend_userid pg_stat_get_backend_wait_event
pg_stat_get_backend_wait_event_type pg_stat_get_backend_xact_start pg_stat_get_blocks_fetched pg_stat_get_blocks_hit
pg_stat_get_db_checksum_failures pg_stat_get_db_conflict_all pg_stat_get_db_deadlocks pg_stat_get_db_numbackends
pg_stat_get_db_stat_reset_time pg_stat_get_db_temp_bytes pg_stat_get_db_temp_files pg_stat_get_db_xact_commit
pg_stat_get_db_xact_rollback pg_stat_get_dead_tuples pg_stat_get_function_calls pg_stat_get_ins_since_vacuum
pg_stat_get_last_analyze_time pg_stat_get_last_autoanalyze_time pg_stat_get_last_autovacuum_time
pg_stat_get_last_vacuum_time pg_stat_get_lastscan pg_stat_get_live_tuples pg_stat_get_mod_since_analyze
pg_stat_get_numscans pg_stat_get_progress_info pg_stat_get_replication_slot pg_stat_get_slru
pg_stat_get_snapshot_timestamp pg_stat_get_subscription pg_stat_get_subscription_stats pg_stat_get_tuples_deleted
pg_stat_get_tuples_fetched pg_stat_get_tuples_hot_updated pg_stat_get_tuples_inserted pg_stat_get_tuples_returned
pg_stat_get_tuples_updated pg_stat_get_vacuum_count pg_stat_get_wal pg_stat_get_wal_receiver pg_stat_get_wal_senders
"""
VOLATILE_READS = word_list(
    """
    clock_timestamp current_query gen_random_uuid pg_backup_start_time pg_blocking_pids pg_collation_actual_version
    pg_control_checkpoint pg_control_init pg_control_recovery pg_control_system pg_current_wal_flush_lsn
    pg_current_wal_insert_lsn pg_current_wal_lsn pg_database_collation_actual_version pg_database_size
    pg_get_backend_memory_contexts pg_get_multixact_members pg_get_shmem_allocations pg_get_wait_events
    pg_get_wal_replay_pause_state pg_get_wal_summarizer_state pg_indexes_size pg_is_in_backup pg_is_in_recovery
    pg_is_wal_replay_paused pg_jit_available pg_last_committed_xact pg_last_wal_receive_lsn pg_last_wal_replay_lsn
    pg_last_xact_replay_timestamp pg_lock_status pg_notification_queue_usage pg_partition_ancestors
    pg_partition_tree pg_prepared_xact pg_relation_size pg_safe_snapshot_blocking_pids pg_sequence_last_value
    pg_show_replication_origin_status pg_stat_get_io pg_stat_get_recovery_prefetch pg_table_size pg_tablespace_size
    pg_total_relation_size pg_xact_commit_timestamp pg_xact_status random random_normal timeofday txid_status uuidv4
    uuidv7
    """
)
"""Functions that PostgreSQL calls volatile only because their answer may change while a statement runs."""

CLAMPED = word_list("format generate_series lpad repeat rpad")
"""Functions that make much out of little: read-only when their arguments bound the result."""

REVIEWED = VOLATILE_READS | word_list(
    _MATHEMATICS
    + _TEXT
    + _TIME
    + _CONVERSIONS
    + _JSON
    + _ARRAYS_AND_RANGES
    + _AGGREGATES_AND_WINDOWS
    + _NETWORK_GEOMETRY_UUID
    + _TEXT_SEARCH
    + _SESSION_AND_PRIVILEGES
    + _CATALOG
    + _TRANSACTIONS_AND_WAL
    + _STATISTICS
)

_REFUSED = (
    (r"pg_sleep(_for|_until)?", "holds a connection while it sleeps"),
    (r"pg_(try_)?advisory_\w+", "takes or frees a lock that an application may share"),
    (r"pg_export_snapshot", "keeps a snapshot open for other sessions"),
    (r"pg_current_xact_id|txid_current", "uses up a transaction id"),
    (r"set_config|setseed", "changes a setting of a pooled connection"),
    (r"pg_read_\w+|pg_stat_file|pg_ls_\w+|pg_file_\w+|pg_logdir_ls|pg_current_logfile|pg_config|lo_import|lo_export"
     r"|pg_hba_file_rules|pg_ident_file_mappings|pg_show_all_file_settings|pg_available_wal_summaries"
     r"|pg_wal_summary_contents", "reaches the files of the database host"),
    (r"dblink\w*|postgres_fdw_\w+", "opens a connection of its own, where no guard holds"),
    (r"\w+_to_xml(schema|_and_xmlschema)?|ts_stat|ts_rewrite|crosstab\w*|connectby|xpath_table|query_export_\w+"
     r"|run_command_on_\w+|exec_sql|execute_sql|run_sql", "runs SQL that is held in a string"),
    (r"array_fill", "makes a value as large as its arguments say"),
    (r"pg_show_all_settings", "shows every setting, connection strings among them"),
    (r"pg_input_is_valid|pg_input_error_info|jsonb?_populate_record\w*", "runs the checks of any type it is given"),
)  # fmt: skip
_MUTATING = (
    (r"pg_(terminate|cancel)_backend", "ends the work of another session"),
    (r"nextval|setval|currval|lastval", "belongs to a sequence's state"),
    (r"pg_notify", "wakes the listeners of a channel"),
    (r"pg_stat_(\w+_)?reset\w*|pg_stat_force_next_flush|pg_stat_clear_snapshot|pg_qualstats_reset\w*"
     r"|pg_(clear|restore)_(relation|attribute)_stats", "changes the statistics that responders read"),
    (r"pg_reload_conf|pg_rotate_logfile\w*|pg_log_backend_memory_contexts", "acts on the server process"),
    (r"pg_switch_(wal|xlog)|pg_create_restore_point|pg_logical_emit_message|pg_log_standby_snapshot"
     r"|pg_backup_\w+|pg_(start|stop)_backup", "writes to the write-ahead log"),
    (r"pg_promote|pg_(wal|xlog)_replay_(pause|resume)", "changes what a standby does"),
    (r"pg_(create|drop|copy|logical)_\w+|pg_replication_slot_advance|pg_sync_replication_slots",
     "changes or consumes a replication slot"),
    (r"pg_replication_origin_\w+", "changes replication progress"),
    (r"lo_(close|creat|create|from_bytea|get|open|put|unlink|(lseek|tell|truncate)(64)?)|loread|lowrite",
     "works on large objects"),
    (r"brin_\w+|gin_clean_pending_list|pg_truncate_visibility_map|heap_force_\w+", "rewrites index or table pages"),
    (r"pg_prewarm|autoprewarm_\w+|pg_buffercache_evict\w*", "changes what the buffer cache holds"),
    (r"pg_import_system_collations|pg_extension_config_dump|binary_upgrade_\w+|pg_nextoid"
     r"|pg_stop_making_pinned_objects|pg_isolation_\w+|suppress_redundant_updates_trigger|tsvector_update_trigger\w*"
     r"|unique_key_recheck|ri_fkey_\w+|currtid2|amvalidate|pg_get_sequence_data|array_shuffle|array_sample",
     "is not a question that a responder asks"),
)  # fmt: skip
_KNOWN = tuple(
    (re.compile(pattern), verdict, what)
    for verdict, table in ((Verdict.REFUSED, _REFUSED), (Verdict.MUTATING, _MUTATING))
    for pattern, what in table
)


def objection_to(schema: str, name: str) -> Judgement | None:
    """Why the function may not run by itself, or None when it is reviewed; `schema` is empty when not written.

    Known effects are found under any schema, since an extension may live in one of the team's own.
    """
    if known := known_effect(name):
        return known
    if schema in ("", "pg_catalog") and name in REVIEWED | CLAMPED:
        return None
    written = f"{schema}.{name}" if schema else name
    return Judgement(Verdict.MUTATING, f"the effect of {written}() is not analysed: it is not on the reviewed list")


def known_effect(name: str) -> Judgement | None:
    """The objection to a function known for what it does, or None when it is reviewed or unknown."""
    if name in REVIEWED:
        return None
    for pattern, verdict, what in _KNOWN:
        if pattern.fullmatch(name):
            return Judgement(verdict, f"{name}() {what}")
    return None
