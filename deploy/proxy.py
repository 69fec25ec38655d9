"""nginx's configuration, from the registry and one template: routes, and refusals in the product's form."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from deploy.registry import CONSOLE, CONTAINERS, DOMAIN, Place, this_machine
from shared.sheets.limits import FILE_BYTES_MAX
from shared.web.app import BODY_BYTES_MAX
from shared.web.wording import BY_STATUS, Said

TEMPLATE = Path(__file__).with_name("nginx") / "template.conf"
SIGN_IN_BURST = 40
SIGN_IN_PATHS = {
    "/api/directory/v1/sign-in": "directory",
    "/api/directory/v1/sign-in/provider": "directory",
    "/api/directory/v1/token": "directory",
    "/sign-in": "console",
    "/sign-in/provider/back": "console",
}
FILE_PATHS = {"/api/directory/v1/imports/": "directory", "/imports": "console"}
"""Where rosters are sent to, which weigh more than anything else that is."""
FILE_BODY_BYTES_MAX = FILE_BYTES_MAX + BODY_BYTES_MAX
FILE_PATIENCE = "proxy_read_timeout 120s;"
NOTE = "Written by `python -m deploy.generate` from template.conf and the registry; change those."


SAID: Mapping[int, Said] = {
    **{
        status: BY_STATUS[HTTPStatus(status)] for status in (400, 404, 413, 500, 503)
    },  # in the services' own words
    408: Said("request_timeout", "网络太慢，内容没有传完，请重试"),
    414: Said("address_too_long", "网址太长，请减少查询条件后重试"),
    429: Said("too_many_requests", "操作太频繁，请稍等几秒再试"),
    502: Said("service_away", "服务正在重启，请稍后再试"),
    504: Said("service_slow", "服务没有及时答复，请先查看结果，再决定是否重试"),
}
"""What nginx refuses itself: a stable code for programs, a sentence for people."""

PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    '<body style="font-family:sans-serif;max-width:32rem;margin:4rem auto;padding:0 1rem">'
    '<h1 style="font-size:1.25rem">{title}</h1><p>错误代码 {status}</p><p><a href="/">返回首页</a></p></html>'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What differs between a container and a machine of its own."""

    place: Place
    http_port: str
    https_port: str
    health_address: str
    run: str
    """Where it may write: its process id and the bodies it buffers."""
    access_log: str
    error_log: str
    tls_certificate: str
    tls_key: str
    resolver: str = ""
    """How names are looked up at each request, so that a container may come back under another address."""


IN_CONTAINER = Front(
    place=CONTAINERS,
    http_port="8080",
    https_port="8443",
    health_address="127.0.0.1:8081",
    run="/tmp",  # noqa: S108  the container's own, in memory
    access_log="/dev/stdout",
    error_log="stderr",
    tls_certificate="/run/secrets/tls_certificate",
    tls_key="/run/secrets/tls_key",
    resolver="resolver 127.0.0.11 valid=5s;",
)
ON_HOST = Front(
    place=this_machine(Path("/etc/yanxun/secrets")),
    http_port="80",
    https_port="443",
    health_address="127.0.0.1:8081",
    run="/run/nginx",
    access_log="/var/log/nginx/yanxun.log",
    error_log="/var/log/nginx/yanxun-error.log",
    tls_certificate="/etc/yanxun/secrets/tls_certificate",
    tls_key="/etc/yanxun/secrets/tls_key",
)


def render(front: Front) -> str:
    """The whole configuration file; it includes no other."""
    parts = {
        "note": NOTE,
        "run": front.run,
        "access_log": front.access_log,
        "error_log": front.error_log,
        "body_bytes_max": str(BODY_BYTES_MAX),
        "resolver": front.resolver,
        "http_port": front.http_port,
        "https_port": front.https_port,
        "health_address": front.health_address,
        "tls_certificate": front.tls_certificate,
        "tls_key": front.tls_key,
        "problem_codes": " ".join(str(status) for status in sorted(SAID)),
        "routes": "\n\n".join(_routes(front.place)),
        "problems": "\n\n".join(_pages(status, said) for status, said in sorted(SAID.items())),
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    for name, value in parts.items():
        text = text.replace("{{" + name + "}}", value)
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _routes(place: Place) -> list[str]:
    sign_ins = [
        _location(
            f"= {path}", place.address(service), f"limit_req zone=sign_in burst={SIGN_IN_BURST} nodelay;"
        )
        for path, service in SIGN_IN_PATHS.items()
    ]
    files = [
        _location(path, place.address(service), f"client_max_body_size {FILE_BODY_BYTES_MAX};", FILE_PATIENCE)
        for path, service in FILE_PATHS.items()
    ]
    services = [_location(f"/api/{each.name}/", place.address(each.name)) for each in DOMAIN]
    no_such_service = _block("/api/", "return 404;")
    return [*sign_ins, *files, *services, no_such_service, _location("/", place.address(CONSOLE.name))]


def _location(path: str, address: str, *extra: str) -> str:
    # Through a variable, so that nginx starts, and goes on, while a service is away.
    return _block(path, *extra, f"set $service {address};", "proxy_pass http://$service;")


def _pages(status: int, said: Said) -> str:
    body = {"type": f"/problems/{said.code}", "title": said.text, "status": status, "code": said.code}
    text = json.dumps(body, ensure_ascii=False)
    page = PAGE.format(title=said.text, status=status)
    return "\n\n".join(
        [
            _answer(status, "json", content_type="application/problem+json", body=text),
            _answer(status, "html", content_type="text/html", body=page),
        ]
    )


def _answer(status: int, form: str, *, content_type: str, body: str) -> str:
    return _block(
        f"= /.problems/{status}.{form}",
        "internal;",
        f"default_type {content_type};",
        f"return {status} '{body}';",
    )


def _block(path: str, *lines: str) -> str:
    body = "\n".join(f"            {line}" for line in lines)
    return f"        location {path} {{\n{body}\n        }}"
