"""Accounts, as those who look after a school's people see them."""

from uuid import UUID

from services.directory import commands, queries
from services.directory.api.blueprint import blueprint
from services.directory.commands import Handed
from services.directory.domain.acts import MAY, Act
from services.directory.queries import Login, Page
from services.directory.schemas.accounts import HandedOut, LoginOut, OpenAccountIn
from shared import web
from shared.vocabulary import FilePart


@blueprint.route("/schools/<uuid:school_id>/accounts")
@blueprint.arguments(web.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, web.page_of(LoginOut))
def list_accounts(*, school_id: UUID, cursor: UUID | None, limit: int) -> Page:
    """Who of a school has an account, and how it stands."""
    web.actor().require(*MAY[Act.KEEP_ACCOUNTS])
    return queries.logins(
        web.session(), actor=web.actor(), school_id=school_id, now=web.now(), cursor=cursor, limit=limit
    )


@blueprint.route("/people/<uuid:person_id>/account")
@blueprint.response(200, LoginOut)
def show_account(person_id: UUID) -> Login:
    """How one person's account stands, for whoever may look after it."""
    commands.check_may_manage(web.session(), actor=web.actor(), person_id=person_id, now=web.now())
    web.looks_at(person_id, FilePart.ACCOUNT)
    return queries.login(web.session(), person_id=person_id, now=web.now())


@blueprint.route("/people/<uuid:person_id>/account", methods=["POST"], slow=True)
@blueprint.arguments(OpenAccountIn, as_kwargs=True)
@blueprint.response(201, HandedOut)
def open_account(*, person_id: UUID, username: str) -> Handed:
    """Give somebody an account; its initial password is in this answer and nowhere else."""
    with web.transaction() as session:
        commands.check_may_manage(session, actor=web.actor(), person_id=person_id, now=web.now())
    initial = commands.make_initial()
    with web.transaction() as session:
        return commands.open_account(
            session,
            actor=web.actor(),
            person_id=person_id,
            username=username,
            initial=initial,
            now=web.now(),
        )


@blueprint.route("/people/<uuid:person_id>/reset-password", methods=["POST"], slow=True)
@blueprint.response(200, HandedOut)
def reset_password(person_id: UUID) -> Handed:
    """Give an account a new initial password, which is in this answer only, and end its sign-ins."""
    with web.transaction() as session:
        commands.check_may_manage(session, actor=web.actor(), person_id=person_id, now=web.now())
    initial = commands.make_initial()
    with web.transaction() as session:
        return commands.reset_password(
            session, actor=web.actor(), person_id=person_id, initial=initial, now=web.now()
        )


@blueprint.route("/people/<uuid:person_id>/disable-account", methods=["POST"], keyless=True)
@blueprint.response(204)
def disable_account(person_id: UUID) -> None:
    """Close somebody's account and end all its sign-ins."""
    commands.disable_account(web.session(), actor=web.actor(), person_id=person_id, now=web.now())


@blueprint.route("/people/<uuid:person_id>/enable-account", methods=["POST"], keyless=True)
@blueprint.response(204)
def enable_account(person_id: UUID) -> None:
    """Let a closed account be used again."""
    commands.enable_account(web.session(), actor=web.actor(), person_id=person_id, now=web.now())


@blueprint.route("/people/<uuid:person_id>/unlock-account", methods=["POST"], keyless=True)
@blueprint.response(204)
def unlock_account(person_id: UUID) -> None:
    """Let an account be tried again that was guessed at too often."""
    commands.unlock_account(web.session(), actor=web.actor(), person_id=person_id, now=web.now())
