"""The service's API as a document, and as a page to read made from it, without a script from anywhere."""

from functools import cache
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, render_template
from flask.typing import ResponseReturnValue

from shared.service import Service
from shared.web.problems import ProblemApi
from shared.web.schemas import described as described_field

METHODS = ("get", "post", "put", "patch", "delete")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def add_document(app: Flask, service: Service) -> None:
    """`/api/<service>/openapi.json` and `/api/<service>/docs`; made when somebody first asks for one."""

    def document() -> ResponseReturnValue:
        return jsonify(document_of(service.blueprint, title=service.title))

    def page() -> Response:
        made = document_of(service.blueprint, title=service.title)
        text = render_template("api.html", document=made, methods=METHODS)
        return Response(text, headers={"Content-Security-Policy": POLICY})

    app.add_url_rule(f"/api/{service.name}/openapi.json", "document", document)
    app.add_url_rule(f"/api/{service.name}/docs", "page", page)


@cache
def document_of(blueprint: Blueprint, *, title: str) -> dict[str, Any]:
    """The OpenAPI document of a blueprint's routes.

    Made from an app of its own: describing a hundred routes takes longer than starting a service.
    """
    described = Flask(__name__, static_folder=None)
    described.config.update(
        API_TITLE=f"研训 · {title}", API_VERSION="v1", OPENAPI_VERSION="3.1.0", OPENAPI_URL_PREFIX=None
    )
    api = ProblemApi(described, spec_kwargs={"security": [{"bearer": []}]})
    api.ma_plugin.converter.add_attribute_function(described_field)
    api.spec.components.security_scheme("bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"})
    api.register_blueprint(blueprint)
    made: dict[str, Any] = api.spec.to_dict()
    return made
