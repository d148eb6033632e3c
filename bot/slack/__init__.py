"""The only place that knows Slack: what is shown there, what is read from there, and the connection."""
