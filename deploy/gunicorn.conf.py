"""How gunicorn serves one service's web process, the same in a container, under systemd and natively."""
# ruff: noqa: N999  the name gunicorn gives to its configuration

import os
from typing import Any

from deploy import memory, wsgi
from deploy.registry import WEB_SERVICE

bind = os.environ.get("YANXUN_BIND", "127.0.0.1:8000")
worker_class = "gthread"
workers = int(os.environ.get("YANXUN_WEB_PROCESSES", "2"))
threads = int(os.environ.get("YANXUN_WEB_THREADS", "8"))

# Engines and connections are made after the fork: one inherited by two processes mixes up their answers.
# The code is loaded before it: whoever replaces a process that died answers at once.
preload_app = False
if WEB_SERVICE in os.environ:
    wsgi.load(os.environ[WEB_SERVICE])

timeout = 30
graceful_timeout = 30
keepalive = (
    75  # longer than the proxy keeps a connection, so that it is never the proxy that meets a closed one
)

# On by default since 2026 and shared through HOME: two services would overwrite each other's.
control_socket_disable = True

# The services count trusted proxies themselves; one place decides.
forwarded_allow_ips = ""

limit_request_line = 8190
limit_request_fields = 64
limit_request_field_size = 8190

worker_tmp_dir = "/dev/shm"  # noqa: S108  the heartbeat file: a slow disk must not look like a hung worker
accesslog = None  # the services log each request themselves, with its trace
errorlog = "-"


def when_ready(server: Any) -> None:
    """What is loaded stays out of the collector's rounds, and so in the memory that all processes share."""
    del server
    memory.settle()


def post_worker_init(worker: Any) -> None:
    """The application is loaded, in this process alone."""
    del worker
    memory.settle()
