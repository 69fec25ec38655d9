"""A county's own sign-in: an OpenID Connect provider in a process of its own, and a browser at its form."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import httpx

from deploy.servers import free_port
from deploy.servers.program import wait_until
from shared.settings import Provider

BACK = "http://127.0.0.1/sign-in/provider/back"


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Started, ready, and ended again; what a county would configure of it."""
    port = free_port()
    issuer = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: _answers(issuer) or process.poll() is not None, seconds=60, what="provider")
        assert process.poll() is None, "the provider did not start"
        yield Provider(
            name="青石县统一身份认证",
            issuer=issuer,
            client_id="yanxun",
            client_secret="the county's",
            redirect_uri=BACK,
        )
    finally:
        process.terminate()
        process.wait(timeout=20)


def _answers(issuer: str) -> bool:
    try:
        return httpx.get(f"{issuer}/.well-known/openid-configuration", timeout=2).is_success
    except httpx.TransportError:
        return False


def sign_in_there(address: str, *, subject: str) -> dict[str, str]:
    """Sign in on the provider's page; the query with which it sends the browser back."""
    answer = httpx.post(address, data={"sub": subject}, follow_redirects=False)
    assert answer.is_redirect, answer.text
    assert answer.headers["Location"].startswith(BACK)
    return asked(answer.headers["Location"])


def asked(address: str) -> dict[str, str]:
    """What stands in the query of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
