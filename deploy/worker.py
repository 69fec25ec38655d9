"""A county's worker process: the relay in a thread beside the consumer, each with connections of its own."""

import os
import threading

from deploy import memory
from deploy.loops import guarded, run_relay, run_worker
from deploy.wsgi import running
from shared import checkpoints, log
from shared.bus import RabbitBus

DIE_AT = "YANXUN_FAULT_DIE_AT"
"""Set by fault tests alone: the checkpoint at which this process kills itself."""
DIE_VISIT = "YANXUN_FAULT_DIE_VISIT"


def run(name: str, *, stop: threading.Event) -> None:
    """Work until `stop`; then finish the batch in hand."""
    log.configure(service=name)
    if place := os.environ.get(DIE_AT):
        checkpoints.die_at(place, visit=int(os.environ.get(DIE_VISIT, "1")))
    service = running(name)
    memory.settle()
    bus = RabbitBus(service.settings.broker_url)
    relaying = guarded(f"{name} relay", lambda: run_relay(service, bus, stop), stop)
    relay = threading.Thread(target=relaying, name="relay", daemon=True)
    relay.start()
    guarded(f"{name} worker", lambda: run_worker(service, bus, stop), stop)()
    relay.join(timeout=15)
    service.engine.dispose()
