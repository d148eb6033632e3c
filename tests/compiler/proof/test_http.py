"""The verdict for a request, and how curl and wget command lines become one."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compiler.proof import http
from compiler.proof.http import curl, wget
from compiler.proof.http.address import objection_to_address
from compiler.proof.http.curl_options import DROPPED_FLAGS, DROPPED_VALUES, KEPT_FLAGS, KEPT_VALUES, REFUSED_LETTERS
from compiler.proof.http.curl_options import REFUSED as REFUSED_OPTIONS
from compiler.proof.http.verdict import Request
from incident.verdict import Judgement, Verdict
from tests.compiler.proof.cases import cases, texts


def _judge(command: str) -> Judgement:
    argv = shlex.split(command)
    return wget.judge(argv) if argv[0] == "wget" else curl.judge(argv)


def _request(command: str) -> Request:
    request = curl.parse(shlex.split(command))
    assert isinstance(request, Request), request
    return request


@pytest.mark.parametrize(("verdict", "command"), cases("http"))
def test_a_command_gets_exactly_its_verdict(verdict: Verdict, command: str) -> None:
    judgement = _judge(command)
    assert judgement.verdict is verdict, judgement.reason


def test_redirects_are_never_followed_and_the_rewrite_says_so() -> None:
    assert _judge("curl -L http://x/a").rewrite == "GET http://x/a without following redirects"
    assert _judge("curl http://x/a").rewrite is None
    assert _judge("wget -qO- http://x/a").rewrite == "GET http://x/a without following redirects"


def test_data_goes_into_the_query_with_get_and_into_the_body_without() -> None:
    assert _request("curl -G x/a?b=1 -d c=2 --data-urlencode 'q=a b&c'").url == "http://x/a?b=1&c=2&q=a+b%26c"
    posted = _request("curl x -d a=1 -d b=2")
    assert (posted.method, posted.body) == ("POST", "a=1&b=2")
    assert dict(posted.headers)["Content-Type"] == "application/x-www-form-urlencoded"


def test_json_and_forms_carry_their_own_content_type() -> None:
    assert dict(_request("curl --json '{}' x").headers)["Content-Type"] == "application/json"
    form = _request("curl -F a=b x")
    assert "multipart/form-data" in dict(form.headers)["Content-Type"]
    assert form.body is not None
    assert 'name="a"\r\n\r\nb\r\n' in form.body


def test_a_named_secret_stays_a_name_in_the_request() -> None:
    assert _request("curl -u ops:$PASSWORD x").headers == (("Authorization", "Basic ops:$PASSWORD"),)
    assert _request("curl --oauth2-bearer $TOKEN x").headers == (("Authorization", "Bearer $TOKEN"),)


def test_each_option_letter_means_one_thing() -> None:
    known = DROPPED_FLAGS | DROPPED_VALUES | KEPT_FLAGS | KEPT_VALUES
    letters = [letter for letter in known.values() if letter]
    assert len(letters) == len(set(letters))
    assert not set(letters) & set(REFUSED_LETTERS)
    assert not set(known) & set(REFUSED_OPTIONS)


@pytest.mark.parametrize("name", sorted(REFUSED_OPTIONS))
def test_an_option_out_of_place_is_refused_wherever_it_stands(name: str) -> None:
    for argv in (["curl", f"--{name}", "http://x/", "http://x/"], ["curl", "http://x/", f"--{name}"]):
        assert curl.judge(argv).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "name", sorted(name for name in (DROPPED_FLAGS | KEPT_FLAGS | DROPPED_VALUES | KEPT_VALUES) if len(name) > 4)
)
def test_an_abbreviated_option_is_refused(name: str) -> None:
    assert curl.judge(["curl", f"--{name[:-1]}", "x", "http://x/"]).verdict is Verdict.REFUSED


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "0.0.0.0", "x", "224.0.0.1"]
)
def test_a_name_may_not_resolve_to_a_blocked_address(address: str) -> None:
    assert objection_to_address(address)


@pytest.mark.parametrize("address", ["10.0.0.5", "127.0.0.1", "::1", "93.184.216.34", "2606:2800:220:1::1"])
def test_an_ordinary_address_is_left_to_the_target_list(address: str) -> None:
    assert objection_to_address(address) is None


@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(["-d", "-X", "-u", "--url", "http://x/", "-", "--", "-GI"])),
        max_size=6,
    )
)
@settings(max_examples=100)
def test_no_words_make_it_raise(words: list[str]) -> None:
    assert curl.judge(["curl", *words]).reason
    assert wget.judge(["wget", *words]).reason


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=10))
@settings(max_examples=100)
def test_no_request_makes_it_raise(path: str, value: str, method: str) -> None:
    assert http.judge(Request(method, f"http://x/{path}", (("Accept", value),), value)).reason
    assert http.judge(Request("GET", path)).reason


_CHANGES_AND_TRAPS = texts("http", Verdict.MUTATING, Verdict.REFUSED)
_NOT_READ_ONLY = [command for command in _CHANGES_AND_TRAPS if command.startswith("curl ")]
_harmless = st.sampled_from(
    ["-s", "-sS", "--silent", "-L", "-m 5", "-m5", "--compressed", "-k", "-fsS", "-H 'Accept: */*'", "-o /dev/null"]
)


@given(command=st.sampled_from(_NOT_READ_ONLY), extra=st.lists(_harmless, max_size=3), front=st.booleans())
@settings(max_examples=100)
def test_more_options_never_make_a_command_read_only(command: str, extra: list[str], front: bool) -> None:
    words, more = shlex.split(command), shlex.split(" ".join(extra))
    argv = [words[0], *more, *words[1:]] if front else [*words, *more]
    assert curl.judge(argv).verdict is not Verdict.READ_ONLY, argv


_PATHS = [
    "admin/restart",
    "cache/clear",
    "api/v1/flush",
    "actuator/env",
    "jobs/7/cancel",
    "reset",
    "heapdump",
    "api/secrets",
]


@given(path=st.sampled_from(_PATHS), data=st.data())
@settings(max_examples=100)
def test_escapes_case_and_slashes_never_hide_what_a_path_names(path: str, data: st.DataObject) -> None:
    written = ""
    for character in path:
        form = data.draw(st.sampled_from(["plain", "upper", "escaped", "twice", "thrice"]))
        code = f"{ord(character):02x}"
        forms = {
            "plain": character,
            "upper": character.upper(),
            "escaped": f"%{code}",
            "twice": f"%25{code}",
            "thrice": f"%2525{code}",
        }
        written += forms[form]
    for url in (
        f"http://x/{written}",
        f"http://x//{written}//",
        f"http://x/a/{written};v=1",
        f"http://x/{written}?a=b",
    ):
        assert http.judge(Request("GET", url)).verdict is not Verdict.READ_ONLY, url
