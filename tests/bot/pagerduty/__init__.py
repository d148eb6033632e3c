"""PagerDuty over real HTTPS."""
