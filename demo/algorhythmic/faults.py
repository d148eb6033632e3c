"""What can be made to go wrong with Algorhythmic: four faults with real effects, each with its undo."""

from demo.algorhythmic.breaker import Breaker
from demo.algorhythmic.jobs import Jobs
from demo.algorhythmic.painter import Painter
from demo.status_page import StatusPage

# Of twelve pictures one is being made for a quarter of an hour, and the others wait for it.
STUCK = """
INSERT INTO generation_jobs (user_id, status, created_at)
SELECT 'user-' || 1001 + n, CASE n WHEN 12 THEN 'generating' ELSE 'pending' END, now() - interval '14 minutes'
FROM generate_series(1, 12) AS n
RETURNING id, status
"""

GIVE_UP = """
UPDATE generation_jobs SET status = 'failed', error_message = 'Given up', completed_at = now()
WHERE status IN ('pending', 'generating') AND created_at < now() - interval '10 minutes'
"""

FAILED = """
INSERT INTO generation_jobs (user_id, status, error_message, created_at, completed_at)
SELECT 'user-' || 1001 + n, 'failed', 'DALL-E answered 503',
       now() - interval '30 seconds' * n, now() - interval '30 seconds' * n
FROM generate_series(6, 11) AS n
"""

WRONG_USER = "user-1007"

OVERCHARGED = "UPDATE user_credits SET balance = -40 WHERE user_id = $1"

RECALCULATE = "CALL recalculate_user_credits($1)"


class BreakerStuck:
    """DALL-E failed for a while and is well again, but the timer that would close the breaker was lost."""

    name = "breaker"
    title = "The circuit breaker stays open although DALL-E is well"

    def __init__(self, jobs: Jobs, breaker: Breaker) -> None:
        self._jobs = jobs
        self._breaker = breaker

    @property
    def active(self) -> bool:
        return not self._breaker.timer_runs

    async def begin(self) -> None:
        await self._jobs.records.rows(FAILED)
        self._breaker.timer_runs = False
        self._breaker.open()

    async def end(self) -> None:
        self._breaker.close()


class QueueStuck:
    """DALL-E never answered for one picture; the painter waits for it, and eleven others wait for the painter."""

    name = "queue"
    title = "The painter hangs on one picture, the queue grows"

    def __init__(self, jobs: Jobs, painter: Painter) -> None:
        self._jobs = jobs
        self._painter = painter

    @property
    def active(self) -> bool:
        return self._painter.hangs_on is not None

    async def begin(self) -> None:
        async with self._painter.turn:
            rows = await self._jobs.records.rows(STUCK)
            self._painter.hangs_on = next(row["id"] for row in rows if row["status"] == "generating")

    async def end(self) -> None:
        await self._jobs.records.rows(GIVE_UP)
        self._painter.hangs_on = None


class CreditsWrong:
    """A purchase was taken from one balance twice and booked once, so that the balance fell below zero."""

    name = "credits"
    title = "One balance is below zero and not what the ledger says"

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._wrong = False

    @property
    def active(self) -> bool:
        return self._wrong

    async def begin(self) -> None:
        await self._jobs.records.rows(OVERCHARGED, WRONG_USER)
        self._wrong = True

    async def end(self) -> None:
        await self._jobs.records.rows(RECALCULATE, WRONG_USER)
        self._wrong = False

    def notice(self, differing: int) -> None:
        """Learn that nothing differs any more, whoever put it right."""
        self._wrong = self._wrong and differing > 0


class DalleDown:
    """DALL-E is down, and OpenAI says so: the breaker does what it is for, and a reset does not last."""

    name = "dalle"
    title = "DALL-E is down, and OpenAI's status page says so"

    def __init__(self, painter: Painter, breaker: Breaker, openai: StatusPage) -> None:
        self._painter = painter
        self._breaker = breaker
        self._openai = openai

    @property
    def active(self) -> bool:
        return not self._painter.dalle_answers

    async def begin(self) -> None:
        self._painter.dalle_answers = False
        self._openai.indicator = "major"
        self._breaker.open()

    async def end(self) -> None:
        self._painter.dalle_answers = True
        self._openai.indicator = "none"
        self._breaker.close()
