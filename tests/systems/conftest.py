"""A PostgreSQL that keeps statistics of statements, for the steps that read them."""

from collections.abc import Iterator

import pytest

from demo.postgres import RealPostgres
from demo.postgres_install import find_statistics


@pytest.fixture(scope="session")
def statistics_postgres() -> Iterator[RealPostgres]:
    """Debian's; the one of the wheel has no extensions but its own."""
    binaries = find_statistics()
    if binaries is None:
        pytest.skip("no PostgreSQL here has pg_stat_statements: install Debian's postgresql")
    with RealPostgres(pg_bin=binaries) as server:
        yield server
