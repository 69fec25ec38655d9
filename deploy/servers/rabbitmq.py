"""A private RabbitMQ: its own folder, ports, node name and port mapper; it never meets the machine's own."""

import contextlib
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deploy.servers.program import PrivateServer, find_program, free_port, run

PACKAGE = "rabbitmq-server"
START_SECONDS_MAX = 90.0
PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"
METHOD_FRAME = b"\x01"


def tool(name: str) -> Path:
    """The raw script behind the one on the search path, which insists on the system's user and folders."""
    raw = find_program("rabbitmq-server", package=PACKAGE).resolve().with_name(name)
    debian = Path("/usr/lib/rabbitmq/bin", name)
    return debian.resolve() if debian.exists() else raw


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateRabbit(PrivateServer):
    """One node without plugins, reachable on the loopback address only."""

    distribution_port: int
    mapper_port: int

    @property
    def url(self) -> str:
        """The default virtual host as the default user; neither is there when definitions were given."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}//"

    @property
    def address(self) -> str:
        """Host and port, as other addresses are built from."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Bring the node up and return when it greets a client."""
        self._launch([str(tool("rabbitmq-server"))], environment=self._environment)
        self._wait_ready(self._is_ready, seconds=START_SECONDS_MAX)

    def wipe(self) -> None:
        """Kill it and delete every queue, message, user and definition."""
        self.kill9()
        shutil.rmtree(self.home / "mnesia")

    def remove(self) -> None:
        """Its port mapper outlives it and is ended too."""
        self.kill9()
        mapper = [str(find_program("epmd", package=PACKAGE)), "-port", str(self.mapper_port)]
        run([*mapper, "-relaxed_command_check", "-kill"], check=False)
        shutil.rmtree(self.home, ignore_errors=True)

    def control(self, *arguments: str) -> str:
        """Run `rabbitmqctl` against this node and return what it printed; a call costs half a second."""
        return run([str(tool("rabbitmqctl")), "--quiet", *arguments], environment=self._environment)

    def load(self, definitions: Path) -> None:
        """Add users, queues and permissions to the running node."""
        self.control("import_definitions", str(definitions))

    def load_at_start(self, definitions: Path) -> None:
        """From the next start on, also after a wipe, these are there, and no default user."""
        with self.settings.open("a") as settings:
            settings.write(f"load_definitions = {definitions}\n")

    @property
    def settings(self) -> Path:
        """The node's configuration file."""
        return self.home / "rabbitmq.conf"

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {
            "HOME": str(self.home),
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"yanxun{self.port}@localhost",
            "RABBITMQ_DIST_PORT": str(self.distribution_port),
            "RABBITMQ_CONFIG_FILE": str(self.settings),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.home / "log"),
            "RABBITMQ_PID_FILE": str(self.home / "node.pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                "-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none"
            ),
        }

    def _is_ready(self) -> bool:
        """A node answers the protocol header with its first frame only once it is fully up."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=2) as client:
                client.sendall(PROTOCOL_HEADER)
                return client.recv(1) == METHOD_FRAME
        except OSError:
            return False


def create_rabbit() -> PrivateRabbit:
    """A node in a new folder, not yet started. The caller removes it."""
    tool("rabbitmq-server")
    server = PrivateRabbit(
        home=Path(tempfile.mkdtemp(prefix="yanxun-rabbit-")),
        port=free_port(),
        distribution_port=free_port(),
        mapper_port=free_port(),
    )
    settings = [
        f"listeners.tcp.1 = 127.0.0.1:{server.port}",
        "loopback_users = none",
        "disk_free_limit.absolute = 50MB",
        "vm_memory_high_watermark.absolute = 512MB",
    ]
    server.settings.write_text("\n".join(settings) + "\n")
    (server.home / "enabled_plugins").write_text("[].")
    return server


@contextlib.contextmanager
def rabbit() -> Iterator[PrivateRabbit]:
    """A started node that is gone, with its port mapper and all its data, at the end."""
    server = create_rabbit()
    try:
        server.start()
        yield server
    finally:
        server.remove()
