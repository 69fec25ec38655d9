"""systemd units for a county on one machine without containers, one for each row of the registry."""

from pathlib import Path

from deploy.registry import Kind, Place, Process, environment, processes, this_machine

HOME = "/opt/yanxun"
SECRETS = Path("/etc/yanxun/secrets")
NOTE = "# Written by `python -m deploy.generate` from the registry; change that. See docs/operating.md.\n"
STOP_SECONDS_MAX = 45
"""Longer than gunicorn gives its requests to end."""


def units() -> dict[str, str]:
    """File name to text: every process, and the target that stands for all of them."""
    place = this_machine(SECRETS)
    files = {f"yanxun-{process.name}.service": _unit(process, place) for process in processes()}
    return files | {"yanxun.target": _target()}


def _target() -> str:
    wants = " ".join(f"yanxun-{process.name}.service" for process in processes())
    return f"{NOTE}[Unit]\nDescription=研训 Yanxun\nWants={wants}\n\n[Install]\nWantedBy=multi-user.target\n"


def _unit(process: Process, place: Place) -> str:
    told = "\n".join(f"Environment={name}={value}" for name, value in environment(process, place).items())
    return f"""{NOTE}[Unit]
Description=研训 Yanxun {process.name}
PartOf=yanxun.target
{_order(process)}

[Service]
{_life(process)}
User=yanxun
WorkingDirectory={HOME}
EnvironmentFile=-/etc/yanxun/yanxun.env
{told}
ExecStart={HOME}/.venv/bin/python -m deploy.cli {" ".join(process.arguments)}
KillMode=mixed
TimeoutStopSec={STOP_SECONDS_MAX}
MemoryMax={process.memory_mb}M
NoNewPrivileges=yes
PrivateDevices=yes
PrivateTmp=yes
ProtectHome=yes
ProtectKernelTunables=yes
ProtectSystem=strict
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
CapabilityBoundingSet=
UMask=0077
"""


def _order(process: Process) -> str:
    after = ["network-online.target", "postgresql.service"]
    if process.needs_broker:
        after.append("rabbitmq-server.service")
    if process.kind is Kind.ONCE:
        return f"After={' '.join(after)}"
    return f"After={' '.join(after)} yanxun-migrate.service\nRequires=yanxun-migrate.service"


def _life(process: Process) -> str:
    if process.kind is Kind.ONCE:
        return "Type=oneshot\nRemainAfterExit=yes"
    return "Type=exec\nRestart=always\nRestartSec=1"
