"""Which lines hold a secret, and which only its place or words about one."""

import pytest

from bot.redaction.redactor import Redactor
from compiler.lint.credentials import of_credentials


def _found(line: str) -> bool:
    return bool(list(of_credentials(line, Redactor().clean)))


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_PASSWORD=hunter2hunter2",
        "DATABASE_URL=postgres://app:s3cr3tpw@db:5432/app",
        'curl -H "Authorization: Bearer abcdef1234567890" https://x',
        "aws_secret_access_key = wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
        "AKIAIOSFODNN7EXAMPLE",
        "password: hunter2",
        '  token: "f00dbabe1234"',
        "redis-cli -u redis://:letmein99@cache:6379",
        "Log in with password: Sommer2024 for the admin page.",
        "GITHUB_TOKEN=ghp_0123456789abcdefghijABCDEFGHIJ012345",
    ],
)
def test_a_written_secret_is_found(line: str) -> None:
    assert _found(line)


@pytest.mark.parametrize(
    "line",
    [
        "POSTGRES_PASSWORD=<secure_password>",
        "DATABASE_URL=postgresql://shop:${POSTGRES_PASSWORD}@postgres:5432/shop",
        "| `DATABASE_URL` | `postgresql://shop:<password>@postgres:5432/shop` | all |",
        "| `REDIS_URL` | `redis://:<password>@redis:6379/0` | all |",
        "postgres://user:password@localhost/app",
        "OPENAI_API_KEY=sk-...",
        "OPENAI_API_KEY=sk-xxxxxxxxxxxxxxxxxxxxxxxx",
        "API_KEY=your-api-key",
        "API_KEY=YOUR_API_KEY_HERE",
        "TOKEN={{token}}",
        'curl -H "Authorization: Bearer $API_TOKEN" https://x',
        "Authorization: Bearer <token>",
        "SECRET=$(openssl rand -hex 32)",
        'client = Client(api_key=os.environ["API_KEY"], token=settings.TOKEN)',
        "apiKey: process.env.OPENAI_API_KEY,",
        "token: ${{ secrets.DEPLOY_TOKEN }}",
        "- **API token**: see the vault",
        "Password: stored in 1Password",
        "Secrets: rotated every quarter",
        "Basic troubleshooting steps",
        "max_tokens: 4096",
        "credentials: 'include'",
        "Failed passwords: 12 in a minute",
    ],
)
def test_the_place_of_a_secret_and_words_about_one_are_fine(line: str) -> None:
    assert not _found(line)
