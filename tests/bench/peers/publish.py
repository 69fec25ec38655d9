"""`python -m tests.bench.peers.publish MODULE COUNT`: makes messages, waits for a line, publishes them."""

import importlib
import sys

from tests.bench.peers.store import messages


def main(module: str, count: int) -> None:
    """Making the messages is not part of what is timed, nor is loading the library."""
    peer, made = importlib.import_module(f"tests.bench.peers.{module}"), messages(count)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    peer.publish(made)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
