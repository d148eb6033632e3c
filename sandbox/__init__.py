"""A Slack workspace in a box: Web API, Socket Mode and a browser page, for rehearsals and tests."""
