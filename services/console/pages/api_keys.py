"""API keys (接口密钥): which other systems may read what; for the county office."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from services.console.ask import Panel, ask, submit
from services.console.current import now
from services.console.pages.names import school_names
from services.console.visitor import visitor
from shared.values import COUNTY_ZONE, county_day
from shared.vocabulary import ApiScope

SCOPES: Mapping[str, str] = {scope.value: scope.label for scope in ApiScope}
USUAL_LIFE = timedelta(days=365)
UNCLEAR = "请填写名称和截止日期，并至少勾选一项权限。"

api_keys = Blueprint("api_keys", __name__)


@api_keys.get("/api-keys")
def every() -> ResponseReturnValue:
    """Every key there was, and the form for another."""
    return _page()


@api_keys.post("/api-keys")
def make() -> ResponseReturnValue:
    """Make a key, which is shown now and never again."""
    _check_may()
    until = request.form.get("expires_on", type=_day)
    scopes = [scope for scope in request.form.getlist("scopes") if scope in SCOPES]
    if until is None or not scopes:
        return _page(trouble=UNCLEAR)
    body = {
        "name": request.form.get("name", ""),
        "scopes": scopes,
        "school_id": request.form.get("school_id") or None,
        "expires_at": until.isoformat(),
    }
    made = submit("directory", "/api-keys", body)
    if made.trouble:
        return _page(trouble=made.trouble)
    return render_template("api_key_handed.html", name=body["name"], key=made.data["api_key"], until=until)


@api_keys.post("/api-keys/<uuid:api_key_id>/revoke")
def revoke(api_key_id: UUID) -> ResponseReturnValue:
    """End a key, and the tokens it was exchanged for."""
    _check_may()
    ended = submit("directory", f"/api-keys/{api_key_id}/revoke")
    flash(ended.trouble or "密钥已撤销，使用它的系统从现在起不能再读取。")
    return redirect(url_for("api_keys.every"), HTTPStatus.SEE_OTHER)


def _page(*, trouble: str | None = None) -> ResponseReturnValue:
    _check_may()
    panel = ask("directory", "/api-keys", cursor=request.args.get("cursor", type=UUID))
    page = render_template(
        "api_keys.html",
        panel=panel,
        scopes=SCOPES,
        schools=school_names(),
        given=request.form,
        chosen=request.form.getlist("scopes"),
        until=request.form.get("expires_on") or (county_day(now()) + USUAL_LIFE).isoformat(),
        good={key["api_key_id"] for key in _good(panel)},
        trouble=trouble,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if trouble else HTTPStatus.OK


def _good(panel: Panel) -> list[Mapping[str, Any]]:
    """The keys that open something today."""
    keys = panel.data["items"] if panel.data else []
    return [
        key for key in keys if not key["revoked_at"] and datetime.fromisoformat(key["expires_at"]) > now()
    ]


def _check_may() -> None:
    if not visitor().keeps_keys:
        abort(HTTPStatus.FORBIDDEN)


def _day(written: str) -> datetime:
    """The end of the day that was filled in: the key is good on that day too."""
    last = datetime.combine(datetime.strptime(written, "%Y-%m-%d").date(), time(), COUNTY_ZONE)  # noqa: DTZ007  a day
    return last + timedelta(days=1)
