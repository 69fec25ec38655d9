"""A county to measure: servers of its own that wait for the disk, and the processes the registry names."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from deploy import memory, secrets, wsgi
from deploy.broker import VHOST
from deploy.processes import Fleet
from deploy.registry import DEPLOYED, DOMAIN, Place, environment, processes, this_machine
from deploy.servers import PrivatePostgres, PrivateRabbit, create_postgres, create_rabbit, free_port
from deploy.services import follows
from shared.service import Running
from tests.faults.admin import NAME, PASSWORD, with_admin

SAID: Mapping[str, str] = {"YANXUN_SECURE_COOKIES": "false"}
"""No TLS on the loopback address; how many processes and threads answer HTTP stays as a county has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchCounty:
    """Both servers, and every service's worker as `yanxun worker` starts it; web processes on demand."""

    postgres: PrivatePostgres
    rabbit: PrivateRabbit
    fleet: Fleet
    folder: Path
    running: Mapping[str, Running]
    """Each service as one of its own processes would have it: for its commands, and to look at its rows."""

    @property
    def broker_url(self) -> str:
        """The same broker for the peers, who declare queues of their own."""
        return f"amqp://{NAME}:{PASSWORD}@{self.rabbit.address}/{VHOST}"


@contextlib.contextmanager
def open_county() -> Iterator[BenchCounty]:
    """Everything at work; all of it is gone at the end."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yanxun-bench-")))
        folder.chmod(0o755)  # the broker reads its definitions as its own user
        postgres, rabbit = create_postgres(), create_rabbit()
        stack.callback(rabbit.remove)
        stack.callback(postgres.remove)
        kept = folder / "secrets"
        servers = secrets.Servers(postgres=postgres.address, rabbit=rabbit.address)
        secrets.create(kept, follows=follows(), servers=servers)
        rabbit.load_at_start(with_admin(kept / "rabbitmq_definitions"))
        ports = {deployed.name: free_port() for deployed in DEPLOYED}
        fleet = Fleet(place=this_machine(kept, ports=ports), logs=folder, extra=SAID)
        stack.callback(fleet.stop_all)
        with ThreadPoolExecutor(max_workers=1) as beside:
            broker_started = beside.submit(rabbit.start)
            postgres.start()
            fleet.migrate()
            broker_started.result()
        workers = [f"{deployed.name}-worker" for deployed in DOMAIN]
        for worker in workers:
            fleet.start(worker)
        for worker in workers:
            fleet.wait_ready(worker)
        running = {deployed.name: running_service(deployed.name, fleet.place) for deployed in DOMAIN}
        for one in running.values():
            stack.callback(one.engine.dispose)
        memory.settle()  # as every process of the product does
        yield BenchCounty(postgres=postgres, rabbit=rabbit, fleet=fleet, folder=folder, running=running)


def running_service(name: str, place: Place) -> Running:
    """The service as its processes are told to run it."""
    before = dict(os.environ)
    for process in processes():
        if process.service == name:
            os.environ.update(environment(process, place))
    try:
        return wsgi.running(name)
    finally:
        os.environ.clear()
        os.environ.update(before)
