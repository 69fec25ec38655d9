"""A service as small as can be: things with a name, to try the door on."""

from threading import Barrier, BrokenBarrierError
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Mapped, mapped_column

from shared import web
from shared.db import ServiceBase, new_metadata, short
from shared.service import Service
from shared.values import Forbidden, Missing, Refused, new_id
from shared.vocabulary import ApiScope
from tests.web.schemas import ThingIn, ThingOut


class Base(ServiceBase):
    """The tables of the toy."""

    metadata = new_metadata()


class Thing(Base):
    """A thing with a name."""

    __tablename__ = "things"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(short(64))


blueprint = web.Blueprint("toy", description="Things")
gate: list[Barrier] = []
"""When there is a barrier in it, a request that adds a thing waits there until another has come as far."""


@blueprint.route("/things", methods=["POST"])
@blueprint.arguments(ThingIn)
@blueprint.response(201, ThingOut)
def add_thing(said: dict[str, Any]) -> Any:
    """Add a thing; one name is refused, two are too much for it."""
    thing = Thing(id=new_id(web.now()), name=said["name"])
    web.session().add(thing)
    web.session().flush()
    for barrier in gate:
        _wait(barrier)
    if thing.name == "refused":
        raise Refused("no_such_name", "不能叫“{name}”", name=thing.name)
    if thing.name == "declined":
        return web.Problem(403, "declined", "不行").response()
    if thing.name == "broken":
        raise ValueError("secret words")
    if thing.name == "nameless":
        web.session().execute(insert(Thing), [{"id": new_id(web.now()), "name": None}])
    if thing.name.startswith("doubled"):
        web.session().execute(insert(Thing), [{"id": thing.id, "name": thing.name}])
    return thing


def _wait(barrier: Barrier) -> None:
    """Twins never stand here together, and that is what it is for: give the second time to come."""
    try:
        barrier.wait(timeout=0.3)
    except BrokenBarrierError:
        return


@blueprint.route("/things")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(ThingOut))
def list_things(*, cursor: UUID | None, limit: int) -> dict[str, Any]:
    """Every thing."""
    del cursor
    things = web.session().scalars(select(Thing).order_by(Thing.id).limit(limit)).all()
    return {"items": things, "next_cursor": None}


@blueprint.route("/open-things", scope=ApiScope.READ_SCHOOLS)
@blueprint.response(200, ThingOut(many=True))
def list_open_things() -> Any:
    """Every thing, for other systems too."""
    return web.session().scalars(select(Thing).order_by(Thing.id)).all()


@blueprint.route("/things/<uuid:thing_id>", methods=["POST"], keyless=True)
@blueprint.response(200, ThingOut)
def touch_thing(thing_id: UUID) -> None:
    """There is none, whatever is asked."""
    raise Missing("没有{thing_id}", thing_id=thing_id)


@blueprint.route("/forbidden")
@blueprint.response(204)
def enter() -> None:
    """Nobody may."""
    raise Forbidden


@blueprint.route("/declined", methods=["POST"], public=True)
@blueprint.arguments(ThingIn)
@blueprint.response(204)
def decline(said: dict[str, Any]) -> Any:
    """Says no, and keeps what it noted of it."""
    web.session().add(Thing(id=new_id(web.now()), name=said["name"]))
    return web.Problem(403, "declined", "不行").response()


SERVICE = Service(
    name="toy",
    title="玩具",
    metadata=Base.metadata,
    migrations="services.directory.migrations",
    blueprint=blueprint,
    handlers={},
)
