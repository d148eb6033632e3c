"""PagerDuty: who is on call there, and Muster's side of incidents that both know. Needs the extra pagerduty."""
