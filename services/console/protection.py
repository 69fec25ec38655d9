"""What protects the visitor: headers on every answer, a token on every form, no way out to foreign pages."""

import re

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from shared.sheets.limits import FILE_BYTES_MAX

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""No script runs here, whoever wrote it into a name or a topic."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
STATIC = "static"
BODY_BYTES_MAX = 64_000
FILE_PIECE_BYTES_MAX = 1_000_000
"""Of a form with a file, which is read in pieces of 64 KiB; each counts as memory until it is put aside."""
FILES = "/imports"
"""Where files are sent to."""
FORM_PARTS_MAX = 20

OWN_PATH = re.compile(r"/(?!/)[\w.~%/-]*(\?[\w.~%=&-]*)?", re.ASCII)
HOME = "/"


def protect(app: Flask, *, secret: str, secure_cookies: bool) -> None:
    """Set the limits, the form tokens and the headers of the app."""
    app.config.update(
        SECRET_KEY=secret,
        MAX_CONTENT_LENGTH=BODY_BYTES_MAX,
        MAX_FORM_MEMORY_SIZE=BODY_BYTES_MAX,
        MAX_FORM_PARTS=FORM_PARTS_MAX,
        SESSION_COOKIE_NAME=cookie_name("yanxun-form", secure=secure_cookies),
        SESSION_COOKIE_SECURE=secure_cookies,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # a form left open over lunch still works
    )
    app.before_request(_let_files_in)
    CSRFProtect(app)
    app.after_request(_add_headers)


def _let_files_in() -> None:
    """A roster weighs more than any form; the limit stands before the form's token is read."""
    if request.method == "POST" and request.path == FILES:
        request.max_content_length = FILE_BYTES_MAX + BODY_BYTES_MAX
        request.max_form_memory_size = FILE_PIECE_BYTES_MAX


def cookie_name(name: str, *, secure: bool) -> str:
    """With the prefix that keeps other hosts of the same domain from planting it; it takes TLS."""
    return f"__Host-{name}" if secure else name


def own_path(wanted: str | None) -> str:
    """Where to go on: a path of the console's own, else its first page."""
    return wanted if wanted and OWN_PATH.fullmatch(wanted) else HOME


def _add_headers(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != STATIC:
        response.headers["Cache-Control"] = "no-store"
    return response
