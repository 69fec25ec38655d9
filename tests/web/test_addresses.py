"""Where a request comes from: what a client claims of itself is not believed (ATK38)."""

import pytest
from flask import Flask, request

from shared.web.addresses import address_of, counted_as

PEER = "203.0.113.7"


@pytest.mark.parametrize(
    ("proxies", "said", "found"),
    [
        (0, None, PEER),
        (0, "198.51.100.1", PEER),
        (1, None, PEER),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "10.0.0.1, 198.51.100.1", "198.51.100.1"),
        (1, "not an address", PEER),
        (1, "' OR 1=1 --", PEER),
        (1, ", ,", PEER),
        (1, "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (1, "::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_only_so_many_proxies_are_believed(proxies: int, said: str | None, found: str) -> None:
    headers = {"X-Forwarded-For": said} if said is not None else {}

    with Flask(__name__).test_request_context(headers=headers, environ_base={"REMOTE_ADDR": PEER}):
        assert address_of(request, trusted_proxies=proxies) == found


def test_whoever_has_one_address_of_the_new_kind_has_a_whole_network() -> None:
    assert counted_as("2001:db8::1") == counted_as("2001:db8::ffff:1")
    assert counted_as("2001:db8:0:1::1") != counted_as("2001:db8:0:2::1")
