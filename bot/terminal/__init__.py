"""The ``muster`` command line: what operators and responders ask for away from Slack."""
