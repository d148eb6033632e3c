-- What the two outside roles may do, given by the owner of the tables.
GRANT SELECT ON users, subscriptions, jobs TO muster_diagnostic, muster_remediation;
GRANT UPDATE (status, updated_at) ON jobs TO muster_remediation;
GRANT UPDATE (status, renews_at) ON subscriptions TO muster_remediation;
GRANT UPDATE (is_active) ON users TO muster_remediation;
