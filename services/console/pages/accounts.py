"""Accounts (账号管理): for whoever looks after people; each step is confirmed before it is taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import Panel, ask, ask_in_passing, submit
from services.console.pages.names import school_names
from services.console.visitor import look_with, visitor
from shared.vocabulary import Role

ROLE_LABELS: Mapping[str, str] = {role.value: role.label for role in Role}

accounts = Blueprint("accounts", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Something that can be done with an account: what it is called, what it means, what it asks for."""

    title: str
    meaning: str
    path: str
    done: str
    field: str | None = None
    label: str = ""
    hint: str = ""


STEPS: Mapping[str, Step] = {
    "open": Step(
        title="开通账号",
        meaning="系统会生成一个初始密码，只显示一次，14天内有效，只能登录一次；本人首次登录时自己设置密码。",
        path="/account",
        done="账号已开通",
        field="username",
        label="用户名",
        hint="3到32个小写字母、数字、点或横线，例如姓名拼音",
    ),
    "reset": Step(
        title="重置密码",
        meaning="原密码立即作废，这位老师所有设备上的登录都会结束。系统会生成新的初始密码，只显示一次。",
        path="/reset-password",
        done="密码已重置",
    ),
    "disable": Step(
        title="停用账号",
        meaning="这位老师立即不能登录，所有设备上的登录都会结束。记录和学时都保留，以后可以重新启用。",
        path="/disable-account",
        done="账号已停用。",
    ),
    "enable": Step(
        title="启用账号",
        meaning="这位老师可以用原来的密码重新登录。",
        path="/enable-account",
        done="账号已启用。",
    ),
    "unlock": Step(
        title="解除锁定",
        meaning="因多次输错密码而暂停的登录立即恢复，密码不变。请先确认是本人输错的。",
        path="/unlock-account",
        done="已解除锁定，现在可以登录。",
    ),
    "link": Step(
        title="关联统一身份",
        meaning="这位老师以后可以用县里的统一身份认证登录。编号显示在本人登录失败的页面上。",
        path="/link-provider",
        done="已关联统一身份。",
        field="subject",
        label="统一身份编号",
    ),
    "view": Step(
        title="以此身份查看",
        meaning="用于答疑：15分钟内看到对方看到的内容，只能看，不能改。对方会在“我的账号”里看到您的姓名、时间和原因。",
        path="/view-as",
        done="",
        field="reason",
        label="原因",
        hint="例如：老师来电反映学时不对",
    ),
}


@accounts.get("/accounts")
def start() -> ResponseReturnValue:
    """One's own school; who sees the county chooses one."""
    known = visitor()
    if not known.keeps_accounts:
        abort(HTTPStatus.FORBIDDEN)
    if known.actor.school_id is not None:
        return redirect(url_for("accounts.school", school_id=known.actor.school_id), HTTPStatus.SEE_OTHER)
    return render_template("accounts.html", schools=school_names())


@accounts.get("/accounts/schools/<uuid:school_id>")
def school(school_id: UUID) -> ResponseReturnValue:
    """Everybody of a school, and how their accounts stand."""
    cursor = request.args.get("cursor", type=UUID)
    panel = ask("directory", f"/schools/{school_id}/accounts", cursor=cursor)
    named = ask("directory", f"/schools/{school_id}")
    return render_template("accounts_school.html", panel=panel, school=named.data, labels=ROLE_LABELS)


@accounts.get("/accounts/people/<uuid:person_id>")
def person(person_id: UUID) -> ResponseReturnValue:
    """One account, and what can be done with it."""
    panel = ask("directory", f"/people/{person_id}/account")
    return render_template(
        "accounts_person.html", panel=panel, labels=ROLE_LABELS, steps=_steps(panel), titles=STEPS
    )


@accounts.get("/accounts/people/<uuid:person_id>/<step>")
def confirm(person_id: UUID, step: str) -> ResponseReturnValue:
    """What it means, before it is done."""
    return _confirmation(person_id, step)


@accounts.post("/accounts/people/<uuid:person_id>/<step>")
def take(person_id: UUID, step: str) -> ResponseReturnValue:
    """Do it; an initial password is shown now and never again."""
    known = _step(step)
    given = request.form.get(known.field or "", "").strip()
    answer = submit(
        "directory", f"/people/{person_id}{known.path}", {known.field: given} if known.field else None
    )
    if answer.trouble:
        return _confirmation(person_id, step, trouble=answer.trouble, given=given)
    if step == "view":
        look_with(answer.data["token"])
        return redirect(url_for("hours.home"), HTTPStatus.SEE_OTHER)
    if answer.data:
        return render_template("accounts_handed.html", handed=answer.data, step=known, person_id=person_id)
    flash(known.done)
    return redirect(url_for("accounts.person", person_id=person_id), HTTPStatus.SEE_OTHER)


def _confirmation(
    person_id: UUID, step: str, *, trouble: str | None = None, given: str = ""
) -> ResponseReturnValue:
    panel = ask("directory", f"/people/{person_id}/account")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK
    page = render_template(
        "accounts_confirm.html",
        panel=panel,
        step=_step(step),
        person_id=person_id,
        trouble=trouble,
        given=given,
    )
    return page, status


def _step(name: str) -> Step:
    return STEPS.get(name) or abort(HTTPStatus.NOT_FOUND)


def _steps(panel: Panel) -> list[str]:
    """What makes sense as the account stands; the service decides whether it may be done."""
    login: Mapping[str, Any] | None = panel.data
    if login is None:
        return []
    viewing = ["view"] if visitor().actor.is_county else []
    if login["username"] is None:
        return ["open", *viewing]
    locked = ["unlock"] if login["locked_until"] else []
    ways = ask_in_passing("directory", "/sign-in/ways") or {"provider": None}
    linking = ["link"] if ways["provider"] else []
    return [*locked, "reset", "enable" if login["disabled_at"] else "disable", *linking, *viewing]
