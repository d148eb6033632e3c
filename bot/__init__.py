"""The edges and the wiring: the only place that knows Slack, HTTP servers, databases and SDKs."""
