"""The Web API: every method in one visible table, with its tier, scopes, arguments and handler."""
