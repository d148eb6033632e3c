"""Which words of a host tool are paths is known from its form, not from how they look."""

import shlex

import pytest

from compiler.proof.host.places import objection, words


@pytest.mark.parametrize(
    ("line", "paths"),
    [
        ("grep -h /api/v1 /var/log/app.log", {"/var/log/app.log": "read"}),
        ("grep -e /api/v1 -A 3 /var/log/app.log", {"/var/log/app.log": "read"}),
        ("tail -n 5 /var/log/a.log /var/log/b.log", {"/var/log/a.log": "read", "/var/log/b.log": "read"}),
        ("ls -l /backups", {"/backups": "listed"}),
        ("df -h /", {"/": "measured"}),
        ("find /backups -newer /backups/x -name '/etc'", {"/backups": "listed", "/backups/x": "listed"}),
        ("tar tzf /backups/a.tar.gz", {"/backups/a.tar.gz": "archive"}),
        ("openssl x509 -noout -enddate -in /etc/app/web.crt", {"/etc/app/web.crt": "certificate"}),
        ("ps aux", {}),
        ("echo /etc/passwd", {}),
        ("systemctl status app", {}),
    ],
)
def test_paths_are_told_from_patterns(line: str, paths: dict[str, str]) -> None:
    found = words(shlex.split(line))
    assert {word.text: word.kind for word in found if word.kind} == paths


def test_the_words_stay_what_they_were() -> None:
    for line in ("grep -h -A 3 ERROR /var/log/app.log", "find /backups ! -name x -mtime +30", "ps aux", "df -h"):
        assert [word.prefix + word.text for word in words(line.split())] == line.split()[1:]


def test_a_search_follows_no_links() -> None:
    assert [word.text for word in words(["grep", "-R", "x", "/var/log/app"])] == ["-r", "x", "/var/log/app"]


def test_where_a_link_leads_is_judged_again() -> None:
    assert objection("read", "/var/log/app.log") is None
    assert "not a log" in (objection("read", "/etc/motd") or "")
    assert "/proc is closed" in (objection("listed", "/proc/1/environ") or "")
