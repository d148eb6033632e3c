"""What the apps did: every call with its times and its cause, and the chains of calls that waited for one another."""
