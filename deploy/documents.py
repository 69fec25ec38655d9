"""`yanxun docs`: the documents that are made from the code."""

from collections.abc import Sequence
from pathlib import Path

from deploy.services import SERVICES
from shared.events import document


def write(root: Path) -> Sequence[Path]:
    """Write them under this folder; their paths."""
    consumers = {service.name: tuple(service.handlers) for service in SERVICES}
    document.write_documents(root, consumers)
    return [root / path for path in document.rendered(root, consumers)]
