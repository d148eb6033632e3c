"""AI Storybook, the demo's patient: a small real service that writes picture books, with faults to inject.

`Patient` starts it: an HTTP API, three workers and a job monitor over a real PostgreSQL database.
"""

from demo.storybook.patient import Patient

__all__ = ["Patient"]
