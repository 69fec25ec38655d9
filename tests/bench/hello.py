"""Hello-world: a bare Flask route, for the same server, processes and threads as a service's door."""

from flask import Flask

app = Flask(__name__)


@app.get("/hello")
def hello() -> dict[str, bool]:
    """As little as an answer can be."""
    return {"ok": True}
