"""Accounts, sign-in and keys."""

import marshmallow as ma

from services.directory.domain.access import PASSWORD_CHARACTERS_MAX
from shared import web
from shared.vocabulary import Role


class SignInIn(web.In):
    """A username and its password."""

    username = web.text(most=32)
    password = ma.fields.String(
        required=True, load_only=True, validate=ma.validate.Length(min=1, max=PASSWORD_CHARACTERS_MAX)
    )


class PersonOut(web.Out):
    """Who somebody is: None as school is the county office."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID(allow_none=True)
    roles = ma.fields.Function(
        lambda actor: sorted(actor.roles),
        metadata={"type": "array", "items": {"type": "string", "enum": [role.value for role in Role]}},
    )


class SignedInOut(web.Out):
    """A bearer token, when it ends, and whom it stands for."""

    token = ma.fields.String()
    expires_at = ma.fields.AwareDateTime()
    person = ma.fields.Nested(PersonOut)


class KeyOut(web.Out):
    """The public half of a key; whatever else there might be of it never leaves."""

    kty = ma.fields.String()
    crv = ma.fields.String()
    x = ma.fields.String()
    kid = ma.fields.String()
    use = ma.fields.String()
    alg = ma.fields.String()


class KeysOut(web.Out):
    """A JWK Set."""

    keys = ma.fields.List(ma.fields.Nested(KeyOut))
