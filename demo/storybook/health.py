"""Is the storybook well? The numbers it reports of itself, and the thresholds that turn them into one word."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

VERSION = "0.2.0"
RATE_LIMIT_REQUESTS = 10
RATE_LIMIT_WINDOW = 60
QUEUE_FULL = 100

Status = Literal["healthy", "degraded", "unhealthy"]


class JobCounts(Struct, frozen=True, kw_only=True):
    """How many jobs are where; *stuck* ones count as running too."""

    queued: int
    running: int
    stuck: int
    completed_last_hour: int
    failed_last_hour: int

    @property
    def success_rate(self) -> float:
        """Per cent of the jobs ended in the last hour that ended well; 100 when none ended."""
        ended = self.completed_last_hour + self.failed_last_hour
        return round(100 * self.completed_last_hour / ended, 2) if ended else 100.0


class Orders(Struct, frozen=True, kw_only=True):
    """Whether orders are taken, how many each customer has in a window, and how many customers are blocked."""

    accepted: bool
    rate_limit: int
    blocked: int


def status_of(jobs: JobCounts, *, redis_answers: bool) -> Status:
    """Unhealthy past any critical threshold; degraded past any warning threshold, or without Redis."""
    if jobs.stuck > 5 or jobs.success_rate < 80 or jobs.queued > QUEUE_FULL:
        return "unhealthy"
    if jobs.stuck > 0 or jobs.success_rate < 90 or jobs.queued > 50 or not redis_answers:
        return "degraded"
    return "healthy"


def detailed(jobs: JobCounts, orders: Orders, *, redis_answers: bool) -> dict[str, object]:
    """The body of `GET /health/detailed`."""
    redis = "healthy" if redis_answers else "unhealthy"
    return {
        "status": status_of(jobs, redis_answers=redis_answers),
        "version": VERSION,
        "jobs": {**asdict(jobs), "success_rate": jobs.success_rate},
        "services": {"redis": redis, "llm_provider": "openai", "image_provider": "replicate"},
        "config": {
            "rate_limit_requests": orders.rate_limit,
            "rate_limit_window": RATE_LIMIT_WINDOW,
            "job_sla_seconds": 600,
            "image_max_concurrent": 3,
        },
        "orders": {"accepted": orders.accepted, "blocked_users": orders.blocked},
    }
