"""The routes of a service, each hosted: token, body, query, key and transaction are seen to around it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, NoReturn

import flask_smorest
from flask import Request, Response, abort, current_app, g, make_response, request
from webargs.core import missing
from webargs.flaskparser import FlaskParser, is_json_request

from shared import auth, db, log
from shared.auth import Actor
from shared.values import Forbidden
from shared.vocabulary import ApiScope
from shared.web import idempotency, personal, rights, strict_json, trail
from shared.web.current import SAFE, bearer, door, now, scope, watched
from shared.web.problems import Problem

View = Callable[..., Any]

BAD = 400
UNSUPPORTED = 415
BEARER = "Bearer "
UPLOAD = "application/octet-stream"
A_FILE = {"type": "string", "format": "binary"}
FORBIDDEN = 403

KEY_PARAMETER = {
    "in": "header",
    "name": idempotency.HEADER,
    "required": True,
    "schema": {"type": "string", "pattern": f"^{idempotency.KEY.pattern}$"},
    "description": "New for each new submission, the same when one is sent again.",
}


class StrictParser(FlaskParser):
    """Bodies are strict JSON; unknown parameters of a query string are looked at by the host of the view."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  as in webargs
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": None,
    }

    def _raw_load_json(self, req: Request) -> Any:
        if not is_json_request(req):
            if not req.get_data() and not req.mimetype:
                return missing
            abort(UNSUPPORTED)
        return strict_json.read(req.get_data())


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a route wants to be hosted."""

    writes: bool
    public: bool
    keyed: bool
    renews: bool
    upload_bytes_max: int | None
    """What a file may weigh that is the whole body; None where the body is JSON."""
    slow: bool
    before_change: bool
    scope: ApiScope | None
    parameters: frozenset[str]
    """What its query string may hold."""


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """The routes of one service under /api/<service>/v1.

    A view is a plain function of what its arguments and path hold; `web.session()`, `web.actor()` and
    `web.now()` give it the rest. Its transaction is committed before the answer leaves, and rolled back
    when it raises.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, name: str, *, description: str = "") -> None:
        super().__init__(name, __name__, url_prefix=f"/api/{name}/v1", description=description)
        trail.hang_on(self)
        personal.hang_on(self)
        rights.hang_on(self)

    def route(  # noqa: PLR0913  each is a trait of the route, given by its name
        self,
        rule: str,
        *,
        methods: Sequence[str] = ("GET",),
        public: bool = False,
        keyless: bool = False,
        renews: bool = False,
        upload_bytes_max: int | None = None,
        slow: bool = False,
        before_change: bool = False,
        scope: ApiScope | None = None,
        **options: Any,
    ) -> Callable[[View], View]:
        """Register a view. `public`: no token is asked for. `keyless`: a POST that makes nothing new.

        `renews`: also with a token that ran out not long ago; for the one route that gives a new one.
        `upload_bytes_max`: the body is a file, up to that size, and no JSON; `web.upload()` gives it.
        `slow`: without a transaction around it; it opens short ones, `web.transaction()`, beside slow work.
        `before_change`: also for somebody who has to choose a password first.
        `scope`: also for another system, whose API key lets it read this; without one, persons only.
        """

        def decorate(view: View) -> View:
            manner = Manner(
                writes=not SAFE.issuperset(methods),
                public=public,
                keyed="POST" in methods and not (public or keyless or slow),
                renews=renews,
                upload_bytes_max=upload_bytes_max,
                slow=slow,
                before_change=before_change,
                scope=scope,
                parameters=_query_parameters(view),
            )
            self.add_url_rule(
                rule, None, _hosted(self._documented(view, manner), manner), methods=list(methods), **options
            )
            return view

        return decorate

    def _documented(self, view: View, manner: Manner) -> View:
        said: dict[str, Any] = {"security": []} if manner.public else {}
        if manner.keyed:
            said["parameters"] = [*_documented_query(view), KEY_PARAMETER]  # what is said here replaces
        if manner.upload_bytes_max:
            said["requestBody"] = {"required": True, "content": {UPLOAD: {"schema": A_FILE}}}
        documented: View = self.doc(**said)(view)
        return documented


def _documented_query(view: View) -> list[dict[str, Any]]:
    documented = getattr(view, "_apidoc", {}).get("arguments", {}).get("parameters", [])
    return [one for one in documented if one["in"] == "query"]


def _query_parameters(view: View) -> frozenset[str]:
    schemas = [one["schema"] for one in _documented_query(view)]
    made = [schema() if isinstance(schema, type) else schema for schema in schemas]
    return frozenset(name for schema in made for name in schema.load_fields)


def _hosted(view: View, manner: Manner) -> View:
    @wraps(view)
    def host(**path: Any) -> Response:
        if not manner.public:
            g.token = _token(grace=auth.RENEWAL_GRACE if manner.renews else timedelta(0))
            _check_manner_of_acting(g.token.actor, manner)
        _read_body(manner.upload_bytes_max)
        _check_query(manner.parameters)
        who = g.token.actor if "token" in g else None
        with log.bound(actor=who and str(who.person_id), school=who and str(who.school_id)):
            if manner.slow:
                return make_response(view(**path))
            return _in_transaction(view, manner, path)

    return host


def _check_manner_of_acting(actor: Actor, manner: Manner) -> None:
    """A system, borrowed eyes, and who must choose a password first may not do everything."""
    if actor.is_system:
        if manner.scope is None:
            raise auth.NotSignedIn("person_needed")
        if manner.scope not in actor.api_scopes:
            raise Forbidden("接口密钥没有“{scope}”的权限，请县级管理员另发一个", scope=manner.scope.label)
    if actor.seen_by is not None and manner.writes:
        raise Problem(FORBIDDEN, "acting_reads_only", "您正在以他人的身份查看，只能看，不能修改")
    if actor.must_change_password and not manner.before_change:
        raise Problem(FORBIDDEN, "password_change_required", "请先修改初始密码，再使用其他功能")


def _in_transaction(view: View, manner: Manner, path: dict[str, Any]) -> Response:
    running = door().running
    claim = idempotency.claim_of(request, actor_id=g.token.actor.person_id) if manner.keyed else None
    info = watched() if manner.writes else running.info()
    with db.transaction(running.engine, write=manner.writes, scope=scope(), **info) as session:
        g.session = session
        if not manner.public:
            auth.check_not_revoked(session, g.token)
        if claim is None:
            return make_response(view(**path))
        return idempotency.answer_once(session, claim, lambda: make_response(view(**path)), now=now())


def _read_body(upload_bytes_max: int | None) -> None:
    """All of it, before a transaction would wait for a slow sender."""
    if upload_bytes_max:
        request.max_content_length = upload_bytes_max
        if request.mimetype != UPLOAD:
            raise Problem(UNSUPPORTED, "unsupported_media_type", f"请直接提交文件（Content-Type: {UPLOAD}）")
    body = request.get_data()
    if len(body) >= (upload_bytes_max or current_app.config["MAX_CONTENT_LENGTH"]):
        request.stream.read(
            1
        )  # werkzeug cuts a chunked body off at the limit, and only complains on the next read


def _token(*, grace: timedelta) -> auth.Token:
    said = bearer()
    if not said:
        raise auth.NotSignedIn
    return door().verifier.verify(said, now=now(), grace=grace)


def _check_query(allowed: frozenset[str]) -> None:
    """A misspelt filter must not look like one that finds everything."""
    unknown = [name for name in request.args if name not in allowed]
    if unknown:
        _refuse_parameters("unknown_parameter", "网址里有不认识的参数", unknown)
    twice = [name for name, values in request.args.lists() if len(values) > 1]
    if twice:
        _refuse_parameters("repeated_parameter", "网址里有重复的参数", twice)


def _refuse_parameters(code: str, title: str, names: Sequence[str]) -> NoReturn:
    errors = [{"field": name[:100], "code": code, "text": title} for name in names]
    raise Problem(BAD, code, title, errors=errors)
