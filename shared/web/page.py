"""The service's API as a page to read: made from the OpenAPI document, without a script from anywhere."""

from flask import Flask, Response, render_template
from flask_smorest import Api

METHODS = ("get", "post", "put", "patch", "delete")
POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def add_page(app: Flask, api: Api) -> None:
    """`/api/<service>/docs`."""

    def page() -> Response:
        text = render_template("api.html", document=api.spec.to_dict(), methods=METHODS)
        return Response(text, headers={"Content-Security-Policy": POLICY})

    app.add_url_rule(app.config["OPENAPI_URL_PREFIX"] + "/docs", "page", page)
