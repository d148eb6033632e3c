"""What every process sees to from its start on: that watches look, and that what is kept too long is let go."""

import asyncio
import logging
from typing import Final

from commands.let_go import owe_letting_go
from commands.outage import Outage
from commands.ports import Ports
from commands.watch import set_watches

FIRST_WAIT: Final = 0.5
LONGEST_WAIT: Final = 30.0

log = logging.getLogger(__name__)


async def set_timers(process: str, ports: Ports) -> None:
    """Owe what comes back by itself. Raises nothing: a store that is away is asked again until it takes it down."""
    wait = FIRST_WAIT
    while True:
        try:
            await owe_letting_go(process=process, ports=ports)
            return await set_watches(process=process, ports=ports)
        except Outage as away:
            log.warning("timers not set", extra={"error": away.sentence, "again_in_s": wait})
        await asyncio.sleep(wait)
        wait = min(wait * 2, LONGEST_WAIT)
