"""What stands behind a pipe: which filters are known, what they make of a text, and that they take little time."""

import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import filters
from compiler.proof.filters.verdict import Filter
from incident.verdict import Judgement, Verdict

LOG = "10:00 GET /a 200\n10:01 GET /b 500\n10:02 POST /a 500\n10:03 GET /a 200\n"


def _apply(command: str, text: str = LOG) -> str:
    chosen = filters.parse(shlex.split(command))
    assert isinstance(chosen, Filter), chosen
    return filters.apply(chosen, text)


@pytest.mark.parametrize(
    ("command", "text", "expected"),
    [
        ("grep 500", LOG, "10:01 GET /b 500\n10:02 POST /a 500\n"),
        ("grep -v GET", LOG, "10:02 POST /a 500\n"),
        ("grep -c 'GET'", LOG, "3\n"),
        ("grep -i 'post\\|/b'", LOG, "10:01 GET /b 500\n10:02 POST /a 500\n"),
        ("egrep 'POST|/b'", LOG, "10:01 GET /b 500\n10:02 POST /a 500\n"),
        ("grep -E 'GET.*5[0-9]+$'", LOG, "10:01 GET /b 500\n"),
        ("grep -F '/a 2'", LOG, "10:00 GET /a 200\n10:03 GET /a 200\n"),
        ("grep -n POST", LOG, "3:10:02 POST /a 500\n"),
        ("grep -A1 POST", LOG, "10:02 POST /a 500\n10:03 GET /a 200\n"),
        ("grep -m 1 GET", LOG, "10:00 GET /a 200\n"),
        ("grep -o '/[a-z]'", LOG, "/a\n/b\n/a\n/a\n"),
        ("grep -w 'a'", "a b\nab\n", "a b\n"),
        ("grep -x 'ab'", "a b\nab\n", "ab\n"),
        ("grep '^10:03'", LOG, "10:03 GET /a 200\n"),
        ("grep :5000", "x:5000\nx:6000\n", "x:5000\n"),
        ("grep -e POST -e /b", LOG, "10:01 GET /b 500\n10:02 POST /a 500\n"),
        ("grep 'a+b'", "a+b\naab\n", "a+b\n"),
        ("grep -E 'a+b'", "a+b\naab\n", "aab\n"),
        ("grep -E '(POST|/b) (5|/a)'", LOG, "10:01 GET /b 500\n10:02 POST /a 500\n"),
        ("grep -E '^10:0(1|3)'", LOG, "10:01 GET /b 500\n10:03 GET /a 200\n"),
        ("grep -oE '(a|ab)c?'", "abc a\n", "abc\na\n"),
        ("grep -E 'x(yz)?$'", "x\nxy\nxyz\n", "x\nxyz\n"),
        ("grep -E '\\((a|b)\\)'", "(b)\nb\n", "(b)\n"),
        ("head -c 5", "abc\ndef\n", "abc\nd\n"),
        ("tail -c 3", "abc\ndef\n", "def\n"),
        ("jq -c 'select(.a != [])'", '{"a": [1]}\n{"a": []}\n', '{"a": [1]}\n'),
        ("jq -r '.a[] | .b'", '{"a": [{"b": "x"}, {"b": "y"}]}', "x\ny\n"),
        ("head -1", LOG, "10:00 GET /a 200\n"),
        ("tail -n 1", LOG, "10:03 GET /a 200\n"),
        ("tail -n +4", LOG, "10:03 GET /a 200\n"),
        ("wc -l", LOG, "4\n"),
        ("sort -rn", "2\n10\n1\n", "10\n2\n1\n"),
        ("sort -h", "2G\n10M\n1K\n", "1K\n10M\n2G\n"),
        ("sort -k2 -n", "a 2\nb 1\n", "b 1\na 2\n"),
        ("sort -t, -k2,2", "a,2\nb,1\n", "b,1\na,2\n"),
        ("sort -u", "b\na\nb\n", "a\nb\n"),
        ("uniq -c", "a\na\nb\n", "      2 a\n      1 b\n"),
        ("cut -d' ' -f2", LOG, "GET\nGET\nPOST\nGET\n"),
        ("cut -d ' ' -f 1,3-4", "a b c d e\n", "a c d\n"),
        ("cut -c1-2", "abc\n", "ab\n"),
        ("awk '{print $2}'", LOG, "GET\nGET\nPOST\nGET\n"),
        ("awk '{print $1, $NF}'", "a b c\n", "a c\n"),
        ("awk -F: '{print $1\"-\"$2}'", "a:b\n", "a-b\n"),
        ("tr 'a-z' 'A-Z'", "ab\n", "AB\n"),
        ("tr -d '\"'", 'a"b\n', "ab\n"),
        ("tr -s ' '", "a   b\n", "a b\n"),
        ("column -t", "a bb\nccc d\n", "a    bb\nccc  d\n"),
        ("less", LOG, LOG),
        ("jq -r .a", '{"a": "x"}', "x\n"),
        (
            "jq 'select(.level==\"ERROR\")'",
            'api | {"level":"ERROR"}\nnoise\n{"level":"INFO"}\n',
            '{"level": "ERROR"}\n',
        ),
        ("python3 -m json.tool", '{"a":1}', '{"a": 1}\n'),
    ],
)
def test_a_filter_does_what_its_tool_does(command: str, text: str, expected: str) -> None:
    assert _apply(command, text) == expected


@pytest.mark.parametrize(
    "command",
    [
        "xargs rm",
        "tee /tmp/x",
        "sh",
        "ssh host",
        "grep -f /etc/shadow",
        "grep '\\(a\\)\\1'",
        "grep -E '(a+)+b'",
        "grep -E 'a**'",
        "grep -E '[0-9]+[a-z]+[0-9]+'",
        "grep -o 'a.*b'",
        "grep x /etc/shadow",
        "tail -f",
        "sort -o /tmp/x",
        "sort --compress-prog=sh",
        "sort -T /tmp",
        "uniq a b",
        "cut -f1 /etc/shadow",
        "awk 'BEGIN{system(\"id\")}'",
        "awk '{print $1 > \"/tmp/x\"}'",
        "awk '{print $1 | \"sh\"}'",
        "awk '{print | \"sh\"}'",
        "awk '{print $1; system(\"id\")}'",
        "awk '{print ENVIRON[\"A\"]}'",
        "awk '{s+=$1} END {print s; system(\"id\")}'",
        "awk '{s+=$1} END {print s > \"/tmp/x\"}'",
        "awk '{s+=$1} END {print t}'",
        "awk '{n++} END {print n | \"sh\"}'",
        "awk '{n++} END {print n/NR > \"/tmp/x\"}'",
        "awk '{n++; system(\"id\")} END {print n}'",
        "awk '$1 ~ /a/ || system(\"id\")'",
        "awk '$1 ~ /a.*b/'",
        "awk '$1 ~ $2'",
        "awk '$1+system(\"id\") > 0'",
        "awk '{s+=$1; system(\"id\")} END {print s}'",
        "awk '$4 >= 500'",
        "awk '/POST/ {print $3}'",
        "awk 'NR>1 {print $1}'",
        "awk '{s+=$2} END {print s}'",
        "awk 'NR>1 {total += $NF;} END { print total; }'",
        "awk '/x/ {s+=$1} END {print s}'",
        "awk '{s+=$1} END {print s/NR}'",
        "awk '/POST/ {n++} END {print n}'",
        "awk '$4 >= 500 {c += 1} END {print c}'",
        "awk '/x/ {n++} END {print n+0}'",
        "awk '$5+0 > 80'",
        "awk '$2 ~ /^D/ {print $1}'",
        "awk '$2 !~ /S$/'",
        "awk '$5 > 80'",
        "awk '/x/ {s+=$1} END {print s/NR}'",
        "awk '$2 ~ /b/'",
        "awk -f /tmp/x",
        "awk -v a=b '{print $1}'",
        "sed -n '2,3p'",
        "sed -n 5p",
        "sed 's/a/x/g'",
        "sed '/b/d'",
        "sed 's/a/id/e'",
        "sed 's/a/b/w /tmp/x'",
        "sed -n '/a/w /tmp/x'",
        "sed -i 's/a/b/'",
        "sed 's/a/b/;e id'",
        "sed -f /tmp/x",
        "jq env.HOME",
        "jq '$ENV'",
        "jq . /etc/shadow",
        "less +F",
        "python3 -c 'x'",
        "python3 -m json.tool /etc/x /tmp/y",
    ],
)
def test_what_runs_writes_or_reads_more_is_refused(command: str) -> None:
    judgement = filters.parse(shlex.split(command))
    assert isinstance(judgement, Judgement), judgement
    assert judgement.verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "command",
    ["grep -E '[0-9a]*b'", "grep 'a.*a.*a.*b'", "grep -E 'a+$'", "grep -o 'aa*b'", "awk '{print $3}'",
     "tr -s a", "cut -c1-5", "grep -E 'a?a?a?a?a?a?b'"],
)  # fmt: skip
def test_no_text_makes_a_filter_slow(command: str) -> None:
    started = time.process_time()
    _apply(command, "a" * 100_000 + "\n" + "aaa " * 25_000)
    assert time.process_time() - started < 5


_words = st.sampled_from(sorted(filters.TOOLS))
_options = st.one_of(
    st.text(max_size=8), st.sampled_from(["-n", "-E", "-k2", "-d,", "-f1-", "a|b", "[", "\\", "{print $1}", "s/a/b/"])
)


@given(_words, st.lists(_options, max_size=4), st.text(max_size=60))
@settings(max_examples=400)
def test_no_words_and_no_text_make_it_raise(tool: str, words: list[str], text: str) -> None:
    chosen = filters.parse([tool, *words])
    if isinstance(chosen, Filter) and tool != "jq":
        assert isinstance(filters.apply(chosen, text), str)
