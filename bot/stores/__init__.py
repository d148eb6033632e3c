"""Where everything true is kept: SQLite on one machine. Every store keeps the promises of ``commands.ports.Store``."""
