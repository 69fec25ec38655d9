"""Signing in and out."""

from http import HTTPStatus

from flask import Blueprint, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.console.current import console, directory
from services.console.protection import own_path
from services.console.visitor import forget, give_cookie, take_cookie, visitor_or_none, welcome
from shared.client import Problem

SIGN_IN = "/api/directory/v1/sign-in"
WAYS = "/api/directory/v1/sign-in/ways"
AWAY = "现在无法登录，请稍后再试"
INCOMPLETE = "请填写用户名和密码"
WRONG = "用户名或密码不对"

account = Blueprint("account", __name__)


@account.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form; whoever is signed in already goes straight on."""
    wanted = own_path(request.args.get("next"))
    if visitor_or_none():
        return redirect(wanted, HTTPStatus.SEE_OTHER)
    return form(wanted=wanted)


@account.post("/sign-in")
def open_session() -> ResponseReturnValue:
    """Take name and password to the directory, which alone can tell whether they are right."""
    wanted = own_path(request.form.get("next"))
    name, password = request.form.get("username", "").strip(), request.form.get("password", "")
    if not name or not password:
        return form(wanted=wanted, name=name, trouble=INCOMPLETE, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        answer = directory().post(SIGN_IN, {"username": name, "password": password})
    except Problem as problem:
        trouble, status = _trouble(problem)
        return form(wanted=wanted, name=name, trouble=trouble, status=status)
    return let_in(answer["token"], wanted=wanted)


def let_in(token: str, *, wanted: str) -> ResponseReturnValue:
    """A session for whom the directory has let in, and on to where they wanted to go."""
    session_id = welcome(token)
    session.clear()  # a new person gets a new form token as well
    response = make_response(redirect(wanted, HTTPStatus.SEE_OTHER))
    give_cookie(response, session_id)
    return response


@account.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """The cookie is worth nothing from here on, whoever kept a copy of it."""
    forget()
    session.clear()
    flash("您已退出登录。")
    response = make_response(redirect(url_for("account.sign_in"), HTTPStatus.SEE_OTHER))
    take_cookie(response)
    return response


def _trouble(problem: Problem) -> tuple[str, HTTPStatus]:
    """The directory's own words where they are for people; a name that cannot be one is simply wrong."""
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return AWAY, HTTPStatus.SERVICE_UNAVAILABLE
    if problem.status == HTTPStatus.UNPROCESSABLE_ENTITY:
        return WRONG, HTTPStatus.UNAUTHORIZED
    return problem.title, HTTPStatus(problem.status)


def form(
    *, wanted: str, name: str = "", trouble: str | None = None, status: HTTPStatus = HTTPStatus.OK
) -> ResponseReturnValue:
    """The sign-in page; with the county's own sign-in beside the password, where there is one."""
    page = render_template(
        "sign_in.html", wanted=wanted, name=name, trouble=trouble, provider=_provider_name()
    )
    return page, status


def _provider_name() -> str | None:
    try:
        name: str | None = console().clients["directory"].get(WAYS)["provider"]
    except Problem:
        return None
    return name
