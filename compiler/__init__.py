"""From a team's Markdown runbook to a catalog in which every command carries a proven verdict."""
