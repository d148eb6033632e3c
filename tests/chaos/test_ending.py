"""`make chaos` as whoever started it meets it: it ends when told, and says what it has."""

import json
import signal
import subprocess
import sys
import time

import pytest

from chaos.patience import Patience
from demo.bot_process import ROOT


@pytest.mark.timeout(120)
def test_whoever_has_seen_enough_ends_it_and_is_told_what_it_came_to() -> None:
    line = [sys.executable, "-m", "chaos", "--seconds", "300", "--workers", "1"]
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        assert "for 5 minutes at most" in process.stderr.readline()
        assert "simulating from seed 1" in process.stderr.readline()
        time.sleep(3)
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=100)
    told = json.loads(said)
    assert (process.returncode, told["lost"], told["doubled"], told["broken"]) == (0, 0, 0, 0)
    assert told["runs"] == told["simulated"]["runs"]
    assert told["seconds"] < 100


def test_a_share_of_a_time_is_over_when_the_whole_is() -> None:
    whole = Patience(1000)
    share = whole.share(0.5)
    assert 400 < share.left <= 500
    whole.end()
    assert share.over
