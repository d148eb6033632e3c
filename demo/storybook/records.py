"""The storybook's database: its name, its role, and what is in it."""

from pathlib import Path
from typing import Final

from demo.database import Database

RECORDS: Final = Database(name="storybook", application="storybook", folder=Path(__file__).parent)
