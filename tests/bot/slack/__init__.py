"""What people see in Slack, and how Muster speaks with it."""
