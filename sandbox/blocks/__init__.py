"""Block Kit: what Slack accepts in messages and views, as tables, and how it words a refusal."""
