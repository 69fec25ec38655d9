"""My account (我的账号): the password, the browsers I am signed in with, and who looked with my eyes."""

from http import HTTPStatus

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from services.console import sessions
from services.console.ask import ask, submit
from services.console.current import console, now
from services.console.pages.account import let_in
from services.console.visitor import Visitor, look_with, take_cookie, visitor
from shared.db import transaction

DIFFERENT = "两次输入的新密码不一样，请重新输入"
INCOMPLETE = "请填写新密码"
CHANGED = "密码已修改，其他设备上的登录都已结束。"

me = Blueprint("me", __name__)


@me.get("/account")
def show() -> ResponseReturnValue:
    """Everything about one's own account."""
    known = _oneself()
    with transaction(console().engine, write=False) as db:
        mine = sessions.sessions_of(db, person_id=known.own.person_id, now=now())
    browsers = [
        {
            "name": sessions.name_of(one),
            "browser": one.browser,
            "opened_at": one.opened_at,
            "seen_at": one.seen_at,
            "is_this": one.id_hash == known.session.id_hash,
        }
        for one in mine
    ]
    views = ask("directory", "/me/views")
    return render_template("account.html", panel=ask("directory", "/me"), browsers=browsers, views=views)


@me.get("/account/password")
def password() -> ResponseReturnValue:
    """The form to choose a password."""
    return _password_form(_oneself())


@me.post("/account/password")
def choose_password() -> ResponseReturnValue:
    """Take it to the directory, which alone decides; then go on here, and nowhere else."""
    known = _oneself()
    new, again = request.form.get("new_password", ""), request.form.get("again", "")
    if not new or new != again:
        return _password_form(known, trouble=DIFFERENT if new else INCOMPLETE)
    body = {"new_password": new}
    if not known.own.must_change_password:
        body["old_password"] = request.form.get("old_password", "")
    answer = submit("directory", "/change-password", body)
    if answer.trouble:
        return _password_form(known, trouble=answer.trouble)
    with transaction(console().engine) as db:
        sessions.end_all_of(db, person_id=known.own.person_id)
    response = let_in(answer.data["token"], wanted=url_for("hours.home"))
    flash(CHANGED)
    return response


@me.post("/account/sessions/<name>/end")
def end_one(name: str) -> ResponseReturnValue:
    """End the sign-in in one browser."""
    known = _oneself()
    with transaction(console().engine) as db:
        sessions.end_one_of(db, person_id=known.own.person_id, name=name)
    flash("那台设备上的登录已结束。")
    return redirect(url_for("me.show"), HTTPStatus.SEE_OTHER)


@me.post("/account/sign-out-everywhere")
def sign_out_everywhere() -> ResponseReturnValue:
    """End every sign-in, here and wherever else a token may be."""
    known = _oneself()
    answer = submit("directory", "/sign-out-everywhere")
    if answer.trouble:
        flash(answer.trouble)
        return redirect(url_for("me.show"), HTTPStatus.SEE_OTHER)
    with transaction(console().engine) as db:
        sessions.end_all_of(db, person_id=known.own.person_id)
    session.clear()
    flash("所有设备上的登录都已结束，请重新登录。")
    response = make_response(redirect(url_for("account.sign_in"), HTTPStatus.SEE_OTHER))
    take_cookie(response)
    return response


@me.post("/account/end-view")
def end_view() -> ResponseReturnValue:
    """Look with one's own eyes again."""
    visitor()
    look_with(None)
    flash("已结束查看，现在是您自己的身份。")
    return redirect(url_for("accounts.start"), HTTPStatus.SEE_OTHER)


def _oneself() -> Visitor:
    """Who is signed in, and not while she looks with somebody else's eyes."""
    known = visitor()
    if known.actor.seen_by:
        abort(HTTPStatus.FORBIDDEN)
    return known


def _password_form(known: Visitor, *, trouble: str | None = None) -> ResponseReturnValue:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
    return render_template("password.html", first=known.own.must_change_password, trouble=trouble), status
