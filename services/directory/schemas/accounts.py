"""Accounts, sign-in and keys."""

from typing import Any

import marshmallow as ma

from services.directory.commands import Proof
from services.directory.domain.access import PASSWORD_CHARACTERS_MAX
from services.directory.schemas.people import USERNAME
from shared import web
from shared.vocabulary import ApiScope, Role

SUBJECT_CHARACTERS_MAX = 200
PROOF_CHARACTERS_MAX = 2_000


def password() -> ma.fields.String:
    """A field of a password, as it was typed; it never goes out again."""
    return ma.fields.String(
        required=True, load_only=True, validate=ma.validate.Length(min=1, max=PASSWORD_CHARACTERS_MAX)
    )


class SignInIn(web.In):
    """A username and its password."""

    username = web.text(most=32)
    password = password()


class ChangePasswordIn(web.In):
    """One's old password, unless it was the initial one given a moment ago, and a new one."""

    old_password = ma.fields.String(
        load_default=None, load_only=True, validate=ma.validate.Length(max=PASSWORD_CHARACTERS_MAX)
    )
    new_password = password()


class OpenAccountIn(web.In):
    """Under which username somebody will sign in."""

    username = ma.fields.String(required=True, validate=USERNAME)


class HandedOut(web.Out):
    """What is passed on to the owner of an account; the password is shown this once."""

    username = ma.fields.String()
    initial_password = ma.fields.String()
    initial_until = ma.fields.AwareDateTime()


class LoginOut(web.Out):
    """How somebody signs in, as an administrator sees it."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    roles = ma.fields.List(ma.fields.Enum(Role, by_value=True))
    username = ma.fields.String(allow_none=True)
    disabled_at = ma.fields.AwareDateTime(allow_none=True)
    last_signed_in_at = ma.fields.AwareDateTime(allow_none=True)
    initial_until = ma.fields.AwareDateTime(allow_none=True)
    initial_used_at = ma.fields.AwareDateTime(allow_none=True)
    locked_until = ma.fields.AwareDateTime(allow_none=True)


class PersonOut(web.Out):
    """Who somebody is: None as school is the county office."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()
    school_id = ma.fields.UUID(allow_none=True)
    roles = ma.fields.Function(
        lambda shown: sorted(shown.roles),
        metadata={"type": "array", "items": {"type": "string", "enum": [role.value for role in Role]}},
    )


class OwnPostOut(web.Out):
    """One post of one's own: a role, a school or the county, a period."""

    role = ma.fields.Enum(Role, by_value=True)
    role_label = ma.fields.String(attribute="role.label")
    school_id = ma.fields.UUID(allow_none=True)
    school_name = ma.fields.String(allow_none=True)
    starts_on = ma.fields.Date()
    ends_on = ma.fields.Date(allow_none=True)


class SupporterOut(web.Out):
    """Who really acts."""

    person_id = ma.fields.UUID()
    name = ma.fields.String()


class MeOut(PersonOut):
    """Who one is signed in as, and in which way."""

    posts = ma.fields.List(ma.fields.Nested(OwnPostOut))
    beyond = ma.fields.List(
        ma.fields.UUID(),
        allow_none=True,
        metadata={"description": "Schools that one reads and does not touch."},
    )
    may = ma.fields.List(
        ma.fields.String(), metadata={"description": "What one may do in the directory; as in `/me/acts`."}
    )
    must_change_password = ma.fields.Boolean()
    seen_by = ma.fields.Nested(SupporterOut, allow_none=True)


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


# --- the county's own sign-in


class WaysOut(web.Out):
    """What the county's own sign-in is called; None where there is none."""

    provider = ma.fields.String(allow_none=True)


class ProviderOut(web.Out):
    """Where a browser goes to sign in, and as which client."""

    name = ma.fields.String()
    authorization_endpoint = ma.fields.String()
    client_id = ma.fields.String()
    redirect_uri = ma.fields.String()
    scope = ma.fields.String()


class ProofIn(web.In):
    """What the console brings back from the provider."""

    code = web.text(most=PROOF_CHARACTERS_MAX)
    code_verifier = web.text(most=128, least=43)
    nonce = web.text(most=128, least=16)

    @ma.post_load
    def _make(self, data: dict[str, Any], **_: object) -> Proof:
        return Proof(**data)


class LinkIn(web.In):
    """The provider's name for somebody."""

    subject = web.text(most=SUBJECT_CHARACTERS_MAX)


# --- other systems


class MakeKeyIn(web.In):
    """A key for another system."""

    name = web.text(most=64)
    scopes = ma.fields.List(
        ma.fields.Enum(ApiScope, by_value=True),
        required=True,
        validate=ma.validate.Length(min=1, max=len(ApiScope)),
    )
    school_id = ma.fields.UUID(load_default=None, allow_none=True)
    expires_at = ma.fields.AwareDateTime(required=True)


class NewKeyOut(web.Out):
    """The key itself, shown this once."""

    api_key_id = ma.fields.UUID()
    api_key = ma.fields.String()


class ApiKeyOut(web.Out):
    """A key without its secret."""

    api_key_id = ma.fields.UUID(attribute="id")
    name = ma.fields.String()
    scopes = ma.fields.Function(
        lambda key: key.scopes.split(),
        metadata={"type": "array", "items": {"type": "string", "enum": [scope.value for scope in ApiScope]}},
    )
    school_id = ma.fields.UUID(allow_none=True)
    school_name = ma.fields.String(allow_none=True)
    made_by_name = ma.fields.String()
    made_at = ma.fields.AwareDateTime()
    expires_at = ma.fields.AwareDateTime()
    last_used_at = ma.fields.AwareDateTime(allow_none=True)
    revoked_at = ma.fields.AwareDateTime(allow_none=True)


class TokenOut(web.Out):
    """A bearer token for a system, and when it ends."""

    token = ma.fields.String()
    expires_at = ma.fields.AwareDateTime()


# --- looking with somebody's eyes


class ViewIn(web.In):
    """Why the county office wants to look with somebody's eyes."""

    reason = web.text(most=200, least=4)


class ViewOut(web.Out):
    """A look there was: who, whose eyes, why, when."""

    view_id = ma.fields.UUID(attribute="id")
    officer_id = ma.fields.UUID()
    officer_name = ma.fields.String()
    person_id = ma.fields.UUID()
    person_name = ma.fields.String()
    reason = ma.fields.String()
    granted_at = ma.fields.AwareDateTime()
    ends_at = ma.fields.AwareDateTime()
