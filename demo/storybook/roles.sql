-- Who may do what in the storybook's database. Passwords are set apart, so that this file holds none.
REVOKE ALL ON DATABASE storybook FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
-- Large objects are the one thing that a role without any grant could still write.
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;

-- The application: few connections, so that a leak is felt.
CREATE ROLE storybook LOGIN CONNECTION LIMIT 30;
GRANT CONNECT ON DATABASE storybook TO storybook;
GRANT USAGE, CREATE ON SCHEMA public TO storybook;

-- What diagnostics connect as: sees the jobs and the server's statistics, changes nothing.
CREATE ROLE muster_diagnostic LOGIN CONNECTION LIMIT 10
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT CONNECT ON DATABASE storybook TO muster_diagnostic;
GRANT USAGE ON SCHEMA public TO muster_diagnostic;
GRANT pg_monitor TO muster_diagnostic;
ALTER ROLE muster_diagnostic SET default_transaction_read_only = on;
ALTER ROLE muster_diagnostic SET temp_file_limit = '64MB';

-- What approved remediations connect as: moves jobs along and ends the application's connections. The statistics are
-- for choosing which: without them the state of another role's connection reads as null.
CREATE ROLE muster_remediation LOGIN CONNECTION LIMIT 5
    NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
GRANT CONNECT ON DATABASE storybook TO muster_remediation;
GRANT USAGE ON SCHEMA public TO muster_remediation;
GRANT pg_signal_backend, pg_read_all_stats TO muster_remediation;
