"""What a team's runbook says, as typed facts and procedures, each with the lines that it came from."""

from compiler.recognise.coverage import Coverage, coverage
from compiler.recognise.recognised import Recognised
from compiler.recognise.whole import recognise

__all__ = ["Coverage", "Recognised", "coverage", "recognise"]
