"""Challenges as servers write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocitui.transports.registry.login.challenge import parse_challenges


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (['Basic realm="here"'], [("basic", {"realm": "here"})]),
        (
            [
                'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:a/b:pull,push"'
            ],
            [
                (
                    "bearer",
                    {
                        "realm": "https://auth.docker.io/token",
                        "service": "registry.docker.io",
                        "scope": "repository:a/b:pull,push",
                    },
                )
            ],
        ),
        (
            ['Negotiate, Bearer realm=https, error=insufficient_scope , Basic Realm = "a \\"b\\""'],
            [
                ("negotiate", {}),
                ("bearer", {"realm": "https", "error": "insufficient_scope"}),
                ("basic", {"realm": 'a "b"'}),
            ],
        ),
        (['Bearer realm="x"', 'Basic realm="y"'], [("bearer", {"realm": "x"}), ("basic", {"realm": "y"})]),
        (['NTLM TlRMTVNTUAAB==, Basic realm="y"'], [("ntlm", {}), ("basic", {"realm": "y"})]),
        (['Bearer realm="https://a/b?c=d&e=f,g"'], [("bearer", {"realm": "https://a/b?c=d&e=f,g"})]),
        (['Bearer realm="x",realm="y"'], [("bearer", {"realm": "x"})]),
        (['realm="x"', "", ",,,"], []),
        (['Basic realm="never closed'], [("basic", {}), ("closed", {})]),
    ],
)
def test_challenges(values: list[str], expected: list[tuple[str, dict[str, str]]]) -> None:
    assert [(each.scheme, dict(each.parameters)) for each in parse_challenges(values)] == expected


@given(st.lists(st.text(alphabet='Basic Bearer realm="x",\\ \t=', max_size=60), max_size=3))
def test_whatever_a_server_says(values: list[str]) -> None:
    for challenge in parse_challenges(values):
        assert challenge.scheme


def test_a_long_header_takes_no_time() -> None:
    assert parse_challenges(["Basic " + 'a="' * 100_000, "=" * 100_000, "," * 100_000, "a " * 100_000])
