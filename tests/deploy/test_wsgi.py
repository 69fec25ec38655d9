"""A process of one service has nothing to do with the others, and does not wait for them."""

import subprocess
import sys

import pytest

from deploy.registry import DEPLOYED, WEB_SERVICE


@pytest.mark.parametrize("name", [deployed.name for deployed in DEPLOYED])
def test_a_process_loads_its_own_service_alone(name: str) -> None:
    told = f"""
import sys
import deploy.worker
from deploy import wsgi
wsgi.load({name!r})
print(*sorted({{one.split(".")[1] for one in sys.modules if one.startswith("services.")}}))
"""

    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)

    assert loaded.stdout.split() == [name]


def test_a_server_has_loaded_its_service_before_it_forks() -> None:
    told = f"""
import os, runpy, sys
os.environ[{WEB_SERVICE!r}] = "plans"
runpy.run_path("deploy/gunicorn.conf.py")
print("services.plans.service" in sys.modules)
"""

    loaded = subprocess.run([sys.executable, "-c", told], capture_output=True, check=True, text=True)

    assert loaded.stdout.split() == ["True"]
