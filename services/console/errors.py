"""What goes wrong, as a page somebody can act on."""

import sqlite3
from http import HTTPStatus
from typing import NamedTuple

from flask import Flask, Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError  # noqa: A004  the pool's own word
from werkzeug.exceptions import HTTPException

from services.console.visitor import Away, ChangeNeeded, SignInNeeded, take_cookie
from shared import log


class Said(NamedTuple):
    """A heading, and what to do."""

    heading: str
    advice: str


FORM_EXPIRED = Said("这个页面放得太久了", "请返回上一页，刷新后再提交一次。您没有丢失任何记录。")
ELSE = Said("这个请求没有办成", "请返回上一页重试；仍不行请联系学校或县里的管理员。")
BY_STATUS = {
    HTTPStatus.FORBIDDEN: Said("这里您不能查看", "如果您认为应当可以，请联系学校或县里的管理员。"),
    HTTPStatus.NOT_FOUND: Said("没有找到这个页面", "网址可能不完整，或者内容不在您能查看的范围内。"),
    HTTPStatus.METHOD_NOT_ALLOWED: Said("这个网址不能这样打开", "请从首页重新进入。"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Said("提交的内容太大", "请减少内容后再提交。"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Said(
        "系统出了问题", "问题已经记录下来。请过一会儿再试；仍不行请联系管理员。"
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: Said("系统暂时无法使用", "您的记录都在，没有丢失。请过几分钟刷新本页。"),
}


def answer_errors(app: Flask) -> None:
    """Make a page of whatever is raised while a request is handled."""
    app.register_error_handler(SignInNeeded, _to_sign_in)
    app.register_error_handler(ChangeNeeded, _to_change)
    app.register_error_handler(Away, lambda _error: _page(HTTPStatus.SERVICE_UNAVAILABLE))
    app.register_error_handler(CSRFError, lambda _error: _page(HTTPStatus.FORBIDDEN, said=FORM_EXPIRED))
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(OperationalError, _of_database)
    app.register_error_handler(TimeoutError, _of_busy)
    app.register_error_handler(Exception, _of_defect)


def _to_sign_in(_error: SignInNeeded) -> ResponseReturnValue:
    """Sign in first, then go on where one wanted to."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" and request.path != "/" else None
    response = make_response(redirect(url_for("account.sign_in", next=wanted), HTTPStatus.SEE_OTHER))
    take_cookie(response)
    return response


def _to_change(_error: ChangeNeeded) -> ResponseReturnValue:
    """Choose a password first."""
    return redirect(url_for("me.password"), HTTPStatus.SEE_OTHER)


def _of_http(error: HTTPException) -> ResponseReturnValue:
    response = _page(HTTPStatus(error.code or HTTPStatus.INTERNAL_SERVER_ERROR))
    if allow := error.get_response().headers.get("Allow"):
        response.headers["Allow"] = allow  # RFC 9110 wants it on 405
    return response


def _of_database(error: OperationalError) -> ResponseReturnValue:
    """A lock that took too long or a lost connection; on SQLite, a wrong statement goes by the same name."""
    is_ours = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    return _of_defect(error) if is_ours else _of_busy(error)


def _of_busy(error: SQLAlchemyError) -> ResponseReturnValue:
    """The console's own database does not answer in time: it may in a moment."""
    log.logger().warning("database not available", reason=type(error).__name__, method=request.method)
    response = _page(HTTPStatus.SERVICE_UNAVAILABLE)
    response.headers["Retry-After"] = "5"
    return response


def _of_defect(error: Exception) -> ResponseReturnValue:
    """A mistake of ours. The person is told no detail; the log has all of it."""
    route = request.url_rule.rule if request.url_rule else None
    log.logger().error("page failed", exc_info=error, method=request.method, route=route)
    g.visitor = None  # whoever it was: to ask what she may do could fail in the same way again
    return _page(HTTPStatus.INTERNAL_SERVER_ERROR)


def _page(status: HTTPStatus, *, said: Said | None = None) -> Response:
    said = said or BY_STATUS.get(status, ELSE)
    return make_response(render_template("error.html", said=said, status=int(status)), status)
