-- Who may do what in a patient's database, {database}. Passwords are set apart, so that this file holds none.
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Large objects are the one thing that a role without any grant could still write.
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;

-- The application: few connections, so that a leak is felt.
CREATE ROLE {application} LOGIN CONNECTION LIMIT {connections};
GRANT CONNECT ON DATABASE {database} TO {application};
GRANT USAGE, CREATE ON SCHEMA public TO {application};

-- What diagnostics connect as: sees the server's statistics and what grants.sql gives it, changes nothing.
CREATE ROLE muster_diagnostic LOGIN CONNECTION LIMIT 12
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT CONNECT ON DATABASE {database} TO muster_diagnostic;
GRANT USAGE ON SCHEMA public TO muster_diagnostic;
GRANT pg_monitor TO muster_diagnostic;
ALTER ROLE muster_diagnostic SET default_transaction_read_only = on;
ALTER ROLE muster_diagnostic SET temp_file_limit = '64MB';

-- What approved remediations connect as: ends the application's connections, and does what grants.sql gives it. The
-- statistics are for choosing which: without them the state of another role's connection reads as null.
CREATE ROLE muster_remediation LOGIN CONNECTION LIMIT 5
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT CONNECT ON DATABASE {database} TO muster_remediation;
GRANT USAGE ON SCHEMA public TO muster_remediation;
GRANT pg_signal_backend, pg_read_all_stats TO muster_remediation;
