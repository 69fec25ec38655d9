"""docker-compose.yml, made from the registry and one template."""

import re
from pathlib import Path

from deploy.registry import CONTAINERS, Kind, Process, environment, processes
from deploy.secrets import IMAGE_USER_ID

TEMPLATE = Path(__file__).with_name("compose.template.yml")
NOTE = (
    "Written by `python -m deploy.generate` from deploy/compose.template.yml and the registry; change those."
)
IMAGE_VERSION = "0.1.0"
NGINX = "1.28.0"
POSTGRES = "15.14-bookworm"
"""Of the major version that the tests run on."""
RABBITMQ = "4.1.4"
ANCHORS = {Kind.WEB: "web", Kind.WORKER: "worker", Kind.ONCE: "ours"}


def render() -> str:
    """The whole file."""
    rows = processes()
    parts = {
        "note": NOTE,
        "version": IMAGE_VERSION,
        "user": str(IMAGE_USER_ID),
        "nginx": NGINX,
        "postgres": POSTGRES,
        "rabbitmq": RABBITMQ,
        "nginx_needs": _needs([row.name for row in rows if row.kind is Kind.WEB], "service_started"),
        "processes": "\n\n".join(_process(row) for row in rows),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in parts.items():
        text = text.replace("{{" + name + "}}", value)
    return text.replace("{{secrets}}", _secret_files(text))


def _process(process: Process) -> str:
    told = "\n".join(f'      {name}: "{value}"' for name, value in environment(process, CONTAINERS).items())
    secrets = ", ".join(sorted(set(process.secrets.values())))
    arguments = ", ".join(f'"{argument}"' for argument in process.arguments)
    return "\n".join(
        [
            f"  {process.name}:",
            f"    <<: *{ANCHORS[process.kind]}",
            f"    command: [{arguments}]",
            "    environment:",
            told,
            f"    secrets: [{secrets}]",
            f"    mem_limit: {process.memory_mb}m",
            *_once(process),
            "    depends_on:",
            _dependencies(process),
        ]
    )


def _once(process: Process) -> list[str]:
    """A process that ends needs no restart after success and is healthy when it has ended well."""
    if process.kind is not Kind.ONCE:
        return []
    return ['    restart: "no"', "    networks: [back]", "    healthcheck: {disable: true}"]


def _dependencies(process: Process) -> str:
    needs = [_needs(["postgres"], "service_healthy")]
    if process.needs_broker:
        needs.append(_needs(["rabbitmq"], "service_healthy"))
    if process.kind is not Kind.ONCE:
        needs.append(_needs(["migrate"], "service_completed_successfully"))
    return "\n".join(needs)


def _needs(names: list[str], condition: str) -> str:
    return "\n".join(f"      {name}: {{condition: {condition}}}" for name in names)


def _secret_files(text: str) -> str:
    """Every secret that something above asks for."""
    lists = re.findall(r"^ +secrets: \[(.*)\]$", text, flags=re.MULTILINE)
    names = sorted({name for found in lists for name in found.split(", ")})
    return "\n".join(f'  {name}: {{file: "${{YANXUN_SECRETS:-./var/secrets}}/{name}"}}' for name in names)
