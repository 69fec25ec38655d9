"""The county's pairing policies (师徒结对办法): which one holds on a day, and all there were."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.directory.domain.agreements import PARTIES
from services.directory.domain.policies import WEIGHTS, Focus, Owed, Policy
from services.directory.models import PairingPolicy


def policy_on(session: Session, *, on: date) -> Policy:
    """The policy that holds on a day; the default before the county's first."""
    asked = select(PairingPolicy).where(PairingPolicy.valid_from <= on)
    row = session.scalar(asked.order_by(PairingPolicy.valid_from.desc()).limit(1))
    return policy_of(row) if row is not None else Policy()


def policies(session: Session) -> list[Policy]:
    """Every policy, the newest first, and the default at the end."""
    rows: Sequence[PairingPolicy] = session.scalars(
        select(PairingPolicy).order_by(PairingPolicy.valid_from.desc())
    ).all()
    return [*map(policy_of, rows), Policy()]


def policy_of(row: PairingPolicy) -> Policy:
    """A row as the domain knows it."""
    return Policy(
        valid_from=row.valid_from,
        source=row.source,
        apprentices_max=row.apprentices_max,
        service_years_min=row.service_years_min,
        title_min=row.title_min,
        term_months_min=row.term_months_min,
        term_months_max=row.term_months_max,
        new_years_max=row.new_years_max,
        match_days_max=row.match_days_max,
        office_approves=row.office_approves,
        weights={code: WEIGHTS[weight] for code, weight in row.weights.items()},
        focuses=tuple(Focus(**one) for one in row.focuses),
        duties=tuple(Owed(**{**one, "party": PARTIES[one["party"]]}) for one in row.duties),
        template_no=row.template_no,
        template=row.template,
    )
