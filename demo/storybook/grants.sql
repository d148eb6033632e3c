-- What the two outside roles may do with the jobs, given by their owner.
GRANT SELECT ON jobs TO muster_diagnostic, muster_remediation;
GRANT UPDATE (status, current_step, error_code, updated_at) ON jobs TO muster_remediation;
