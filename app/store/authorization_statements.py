"""What the authorization server asks of the database, each statement written once."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel, col

from app.store.clients import Client
from app.store.consent_requests import ConsentRequest
from app.store.customers import Customer, Subject
from app.store.grants import Grant, grant_is_active, subject_of_grant
from app.store.statements import Statement, json_text
from app.store.tokens import AuthorizationCode, PushedRequest, Token, UsedOnce
from app.store.types import UtcDateTime


def _moment(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=UtcDateTime)


CLIENT_COLUMNS = (
    col(Client.id),
    col(Client.secret_hash),
    json_text(col(Client.redirect_uris)),
    json_text(col(Client.purposes)),
    json_text(col(Client.sections)),
    json_text(col(Client.jwks)),
    col(Client.profile),
    col(Client.id_token_algorithm),
    json_text(col(Client.lens)),
)
NAMED_CLIENT = (col(Client.id) == bindparam("id"), col(Client.disabled_at).is_(None))
CLIENT = Statement(select(*CLIENT_COLUMNS).where(*NAMED_CLIENT))
GRANT_COLUMNS = (
    col(Grant.id),
    col(Grant.client_id),
    json_text(col(Grant.sections)),
    col(Grant.expires_at),
    col(Grant.purpose),
    col(Subject.subject),
    col(Grant.signs_in),
    col(Grant.is_single_call),
    json_text(col(Grant.lens)),
)
ACTIVE_GRANT = Statement(
    select(*GRANT_COLUMNS)
    .select_from(Grant)
    .join(Customer, col(Customer.id) == col(Grant.customer_id))
    .join(Client, col(Client.id) == col(Grant.client_id))
    .join(Subject, subject_of_grant())
    .where(col(Grant.id) == bindparam("id"), grant_is_active(_moment("now")))
)
GRANT_OF_TOKEN = (
    select(col(Token.grant_id)).where(col(Token.token_hash) == bindparam("hash")).scalar_subquery()
)
HOLD_BY_TOKEN = Statement(
    select(col(Grant.id)).where(col(Grant.id) == GRANT_OF_TOKEN).with_for_update(key_share=True)
)
GRANT_OF_CODE = (
    select(col(AuthorizationCode.grant_id))
    .where(col(AuthorizationCode.code_hash) == bindparam("hash"))
    .scalar_subquery()
)
HOLD_BY_CODE = Statement(
    select(col(Grant.id)).where(col(Grant.id) == GRANT_OF_CODE).with_for_update(key_share=True)
)
TOKEN_COLUMNS = (
    col(Token.token_hash),
    col(Token.kind),
    col(Token.client_id),
    col(Token.grant_id),
    col(Token.family),
    col(Token.scope),
    col(Token.issued_at),
    col(Token.expires_at),
    col(Token.rotated_at),
    col(Token.revoked_at),
    col(Token.audience),
    col(Token.jkt),
)
TOKEN = Statement(select(*TOKEN_COLUMNS).where(col(Token.token_hash) == bindparam("hash")))
STANDING_COLUMNS = (
    *TOKEN_COLUMNS,
    *GRANT_COLUMNS,
    # Of a grant that is not there, nothing is over.
    and_(col(Grant.id).is_not(None), grant_is_active(_moment("now"))).label("is_active"),
)
STANDING = Statement(
    select(*STANDING_COLUMNS)
    .select_from(Token)
    .join(Client, col(Client.id) == col(Token.client_id))
    .outerjoin(Grant, col(Grant.id) == col(Token.grant_id))
    .outerjoin(Customer, col(Customer.id) == col(Grant.customer_id))
    .outerjoin(Subject, subject_of_grant())
    .where(col(Token.token_hash) == bindparam("hash"), col(Client.disabled_at).is_(None))
)
CLIENT_AND_STANDING = Statement(
    select(*CLIENT_COLUMNS, *STANDING_COLUMNS)
    .select_from(Client)
    .outerjoin(
        Token,
        and_(col(Token.token_hash) == bindparam("hash"), col(Token.client_id) == col(Client.id)),
    )
    .outerjoin(Grant, col(Grant.id) == col(Token.grant_id))
    .outerjoin(Customer, col(Customer.id) == col(Grant.customer_id))
    .outerjoin(Subject, subject_of_grant())
    .where(*NAMED_CLIENT)
)
CODE = Statement(
    select(
        col(AuthorizationCode.code_hash),
        col(AuthorizationCode.grant_id),
        col(AuthorizationCode.client_id),
        col(AuthorizationCode.redirect_uri),
        col(AuthorizationCode.code_challenge),
        col(AuthorizationCode.issued_at),
        col(AuthorizationCode.expires_at),
        col(AuthorizationCode.consumed_at),
        col(AuthorizationCode.scope),
        col(AuthorizationCode.audience),
        col(AuthorizationCode.nonce),
        col(AuthorizationCode.auth_time),
        col(AuthorizationCode.jkt),
    ).where(col(AuthorizationCode.code_hash) == bindparam("hash"))
)


def _adding(table: type[SQLModel], *left_out: str) -> Statement:
    columns = SQLModel.metadata.tables[str(table.__tablename__)].columns
    return Statement(
        insert(table).values(
            {
                column.name: bindparam(column.name, type_=column.type)
                for column in columns
                if column.name not in left_out
            }
        )
    )


ADD_TOKEN = _adding(Token, "rotated_at", "revoked_at")
ADD_CODE = _adding(AuthorizationCode, "consumed_at")
ADD_PUSHED = _adding(PushedRequest)
ADD_CONSENT_REQUEST = _adding(ConsentRequest, "decided_at")
TAKE_PUSHED = Statement(
    delete(PushedRequest)
    .where(col(PushedRequest.uri_hash) == bindparam("hash"))
    .returning(
        col(PushedRequest.uri_hash),
        col(PushedRequest.client_id),
        col(PushedRequest.sealed_parameters),
        col(PushedRequest.expires_at),
    )
)
# "On conflict" is spoken by both, in the same words.
USE = Statement(
    postgresql.insert(UsedOnce)
    .values(once_hash=bindparam("once_hash"), expires_at=_moment("expires_at"))
    .on_conflict_do_nothing()
)
CONSUME_CODE = Statement(
    update(AuthorizationCode)
    .where(
        col(AuthorizationCode.code_hash) == bindparam("hash"),
        col(AuthorizationCode.consumed_at).is_(None),
    )
    .values(consumed_at=_moment("now"))
)
ROTATE_TOKEN = Statement(
    update(Token)
    .where(col(Token.token_hash) == bindparam("hash"), col(Token.rotated_at).is_(None))
    .values(rotated_at=_moment("now"))
)
REVOKE_TOKEN = Statement(
    update(Token)
    .where(col(Token.token_hash) == bindparam("hash"), col(Token.revoked_at).is_(None))
    .values(revoked_at=_moment("now"))
)
REVOKE_FAMILY = Statement(
    update(Token)
    .where(col(Token.family) == bindparam("in_family"), col(Token.revoked_at).is_(None))
    .values(revoked_at=_moment("now"))
)
