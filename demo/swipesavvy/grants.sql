-- What diagnostics may read, given by the owner of the table. Remediations change no row.
GRANT SELECT ON documents TO muster_diagnostic;
