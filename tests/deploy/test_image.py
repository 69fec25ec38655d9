"""The image is built from the hashed lock, runs as nobody special and starts any process of the registry."""

import re
import runpy

from deploy.generate import ROOT
from deploy.secrets import IMAGE_USER_ID

DOCKERFILE = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")


def test_it_installs_the_hashed_lock_and_nothing_else() -> None:
    installs = re.findall(r"pip install (.*)", DOCKERFILE)

    assert len(installs) == 1
    assert "--require-hashes -r /tmp/core.txt" in installs[0]
    assert "COPY requirements/core.txt /tmp/core.txt" in DOCKERFILE


def test_every_stage_starts_from_a_pinned_release() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, flags=re.MULTILINE)

    assert bases
    assert all(re.fullmatch(r"python:\d+\.\d+\.\d+-slim-\w+", base) for base in bases)


def test_it_runs_as_the_user_who_owns_the_secrets() -> None:
    assert f"USER {IMAGE_USER_ID}:{IMAGE_USER_ID}" in DOCKERFILE
    assert DOCKERFILE.rindex("USER ") > DOCKERFILE.rindex("RUN ")


def test_what_compose_calls_a_command_is_the_command_line_s() -> None:
    assert DOCKERFILE.rstrip().endswith('ENTRYPOINT ["python", "-m", "deploy.cli"]')


def test_nothing_but_code_and_lock_is_sent_to_the_builder() -> None:
    ignored = (ROOT / "deploy/Dockerfile.dockerignore").read_text().split()

    assert ignored[0] == "*"
    assert {line for line in ignored if line.startswith("!")} == {
        "!requirements/core.txt",
        "!shared",
        "!services",
        "!deploy",
    }


def test_gunicorn_gives_requests_time_and_opens_no_control_socket() -> None:
    settings = runpy.run_path(str(ROOT / "deploy/gunicorn.conf.py"))

    assert settings["worker_class"] == "gthread"
    assert settings["control_socket_disable"] is True
    assert settings["preload_app"] is False
    assert settings["timeout"] == settings["graceful_timeout"] == 30


def test_a_stop_leaves_gunicorn_time_to_finish() -> None:
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    unit = (ROOT / "deploy/systemd/yanxun-credits-web.service").read_text(encoding="utf-8")

    assert "stop_grace_period: 45s" in compose
    assert "TimeoutStopSec=45" in unit
