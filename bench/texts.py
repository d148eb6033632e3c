"""Runbooks of a megabyte: the project's own again and again, and ones in which nothing comes twice."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Final

from compiler.proof.word_list import word_list

LARGE: Final = 1_000_000
_NAME: Final = re.compile(r"(?<![-\w/.$])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![-\w(=])")
_SYLLABLES: Final = sorted(word_list("ba co di fe gu ka lo mi nu po ra se ti vo za bre cla dri flo gra plu ster tron"))
_COMMANDS: Final = (
    "docker logs {a}-{b} --tail {n} | grep -i {c} | head -{m}",
    'docker compose exec {a} psql -U {b} -c "SELECT {c}, count(*) FROM {d} WHERE {b} > {n} GROUP BY {c}"',
    "kubectl -n {a} get pods -l app={b} -o wide",
    "kubectl -n {a} rollout restart deployment/{b}",
    "curl -fsS https://{a}.example.com/{b}/{c}?limit={n}",
    "aws ecs describe-services --cluster {a} --services {b} --query 'services[0].{c}'",
    "redis-cli -h {a} LRANGE {b}:{c} 0 {n}",
    "systemctl status {a}-{b}",
    "./scripts/{a}-{b}.sh --{c} {n}",
)
_SQL: Final = "SELECT {a}, {b}\nFROM {c}\nWHERE {d} = '{a}' AND {b} < {n}\nORDER BY {a} DESC LIMIT {m};"
_SECTION: Final = """\
## {A} {b} is {c}

The {a} of {b} fails when {c} meets {d} for {m} minutes, and {a}-{d} has seen it {n} times since `{b}_{c}` was {d}.
It is a {c} {a}: nothing of {b} may be {d} by hand.

**Symptoms**
- {A} {c} above {n} ms for {m} minutes
- `{a}_{d}_total` grows, and *{b}* answers {c}

**Diagnosis**

```bash
# How the {b} of {c} is
{command}
{other}
```

```sql
-- The {a} that {d} left
{sql}
```

1. Look at {a} and {b}; if the {c} is {d}, run `docker stats {a}-{c} --no-stream`.
2. Wait {m} minutes, then tell the {d} team what {b} does.

| Metric | Healthy | Warning | Critical | What to do |
|---|---|---|---|---|
| {A} {c} | < {m}% | > {n}% | > 9{m}% | Restart {b} |
| {B} {d} | < {n} ms | > {n}0 ms | > {n}00 ms | Call {c} |

```yaml
- alert: {A}{B}{C}
  expr: rate({a}_{b}_total[5m]) > {n}
  for: {m}m
  labels: {{severity: critical}}
```
"""


def repeated(texts: Sequence[str]) -> str:
    """The texts again and again."""
    together = "\n\n".join(texts) + "\n\n"
    return (together * (LARGE // len(together) + 1))[:LARGE]


def varied(texts: Sequence[str]) -> str:
    """The texts with names of their own in each copy: hardly anything can be remembered."""
    parts: list[str] = []
    while sum(map(len, parts)) < LARGE:
        parts += [_NAME.sub(rf"\g<0>{len(parts)}", text) for text in texts]
    return "\n\n".join(parts)[:LARGE]


def unseen() -> str:
    """Incidents, each with words, names, commands, tables and alerts of its own; the same in every run."""
    return "# Operations\n\n" + "\n".join(_sections(random.Random(7)))  # noqa: S311  (any words will do, the same in every run)


def _sections(chance: random.Random) -> Iterator[str]:
    length = 0
    while length < LARGE:
        words = {key: "".join(chance.choices(_SYLLABLES, k=3)) for key in "abcd"}
        words |= {key.upper(): word.capitalize() for key, word in words.items()}
        numbers = {"n": chance.randrange(10, 900), "m": chance.randrange(2, 9)}
        command, other = (each.format(**words, **numbers) for each in chance.sample(_COMMANDS, 2))
        sql = _SQL.format(**words, **numbers)
        section = _SECTION.format(**words, **numbers, command=command, other=other, sql=sql)
        length += len(section) + 1
        yield section
