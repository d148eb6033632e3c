-- What the two outside roles may do, given by the owner of the tables.
GRANT SELECT ON ALL TABLES IN SCHEMA public TO muster_diagnostic, muster_remediation;
GRANT UPDATE (balance) ON user_credits TO muster_remediation;
GRANT INSERT ON credit_ledger TO muster_remediation;
GRANT UPDATE (status, error_message, completed_at) ON generation_jobs TO muster_remediation;
GRANT DELETE ON telemetry_events, art_sessions TO muster_remediation;
REVOKE EXECUTE ON PROCEDURE recalculate_user_credits(text) FROM PUBLIC;
GRANT EXECUTE ON PROCEDURE recalculate_user_credits(text) TO muster_remediation;
