"""Work orders over HTTP: intake, lists, one order, its verbs, the resident's rating, and status by number."""

from __future__ import annotations

import uuid
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import OAuth2PasswordBearer

from backend.api.dependencies import (
    ClockDep,
    ContextDep,
    PrincipalDep,
    ReadingDep,
    SessionDep,
    StaffOrServiceDep,
    get_principal,
    require,
)
from backend.api.paging import Limit, Page, decode_time_cursor, encode_cursor
from backend.api.problems import problem
from backend.api.schemas.moments import Moment
from backend.api.schemas.work_orders import (
    LookupIn,
    NewOrder,
    RatingIn,
    ResidentIn,
    RevealIn,
    RevealOut,
    VerbBody,
    WorkOrderOut,
)
from backend.api.work_order_views import PERSONAL, deliveries_of, view
from backend.contracts.people import Role
from backend.contracts.work_orders import State, Verb
from backend.domain.errors import InvalidField, KeyReused
from backend.services import lookup, ratings
from backend.services.auth import Principal, record_access
from backend.services.casework import RESIDENT, Caller, Resident, apply_verb, require_access
from backend.services.intake import accept_work_order, is_same_complaint
from backend.storage import work_orders as orders
from backend.storage.work_orders import OrderFilters

router = APIRouter(prefix="/api/v1/work-orders", tags=["work orders"])
_bearer = OAuth2PasswordBearer(tokenUrl="/api/v1/auth/token", auto_error=False)
IntakeDep = Annotated[Principal, Depends(require(Role.DISPATCHER, Role.SUPERVISOR, Role.SERVICE))]
RevealDep = Annotated[Principal, Depends(require(Role.DISPATCHER, Role.SUPERVISOR))]
RaterDep = Annotated[Principal, Depends(require(Role.DISPATCHER, Role.SERVICE))]


async def _anyone(context: ContextDep, token: Annotated[str | None, Depends(_bearer)]) -> Principal | None:
    return await get_principal(context, token) if token else None


AnyoneDep = Annotated[Principal | None, Depends(_anyone)]


@router.post("", status_code=201, responses={200: {"model": WorkOrderOut, "description": "accepted before"}})
async def take_in(
    body: NewOrder,
    principal: IntakeDep,
    session: SessionDep,
    clock: ClockDep,
    response: Response,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> WorkOrderOut:
    """Accept a complaint. The same `Idempotency-Key` gives the same order again (200 instead of 201), without another effect;
    with another complaint it is refused (422), so that no complaint vanishes behind a key that was used before.
    """
    now = clock.now()
    key = idempotency_key or uuid.uuid4().hex
    known = await orders.order_by_key(session, key) is not None
    request = body.to_request(now)
    order = await accept_work_order(session, request=request, idempotency_key=key, actor=_actor(principal), now=now)
    if not is_same_complaint(order, request):
        raise KeyReused("这个 Idempotency-Key 已经用在另一件事上了,请换一个", field="Idempotency-Key")
    if known:
        response.status_code = 200
    return (await view(session, [order], role=principal.role, now=now))[0]


@router.get("")
async def list_work_orders(
    principal: StaffOrServiceDep,
    session: ReadingDep,
    clock: ClockDep,
    channel_user_id: str = "",
    channel: str = "",
    on_behalf_of: str = "",
    state: Annotated[list[State] | None, Query()] = None,
    unit: str = "",
    category: str = "",
    urgency: str = "",
    since: Moment | None = None,
    q: Annotated[str, Query(max_length=100)] = "",
    cursor: str = "",
    limit: Limit = 50,
) -> Page[WorkOrderOut]:
    """Orders, newest first. A handler sees those of the own unit; our own programs those of one resident, whom they must name."""
    if principal.role is Role.SERVICE and not (channel_user_id or on_behalf_of):
        raise InvalidField("要写明是哪位居民(on_behalf_of 或 channel_user_id)", field="on_behalf_of")
    filters = OrderFilters(
        channel_user_id=channel_user_id,
        channel=channel,
        conversation_id=on_behalf_of,
        states=tuple(each.value for each in state or ()),
        unit_id=(principal.unit_id or "-") if principal.role is Role.HANDLER else unit,
        category=category,
        urgency=urgency,
        since=since,
        q=q.strip(),
        open_reporters_only=principal.role is Role.HANDLER,
    )
    rows, key = await orders.list_orders(session, filters, cursor=decode_time_cursor(cursor), limit=limit)
    items = await view(session, rows, role=principal.role, now=clock.now())
    return Page(items=items, next=encode_cursor(key[0].isoformat(), key[1]) if key else None)


@router.post(
    "/lookup", response_model=lookup.Status, responses={404: {"description": "not found, or not yours: the same answer"}}
)
async def look_up(
    body: LookupIn, request: Request, who: AnyoneDep, session: SessionDep, clock: ClockDep
) -> lookup.Status | JSONResponse:
    """Status by number, for anybody who knows the phone's last four digits. Five tries, then a pause (429)."""
    resident = None
    client = request.client.host if request.client else ""
    if who is not None and who.role is Role.SERVICE:
        resident = Resident(body.on_behalf_of, body.channel, body.channel_user_id)
        client = body.on_behalf_of or f"{body.channel}:{body.channel_user_id}"
    status = await lookup.look_up(
        session, number=body.number, phone_tail=body.phone_tail, resident=resident, client=client, now=clock.now()
    )
    if status is None:
        # Returned, not raised: an exception would roll back the record of this try.
        return problem(404, "not_found", lookup.NOT_FOUND)
    return status


@router.get("/{number}")
async def get_work_order(
    number: str,
    principal: StaffOrServiceDep,
    session: ReadingDep,
    clock: ClockDep,
    on_behalf_of: str = "",
    channel: str = "",
    channel_user_id: str = "",
) -> WorkOrderOut:
    """One order with its events, clocks, deliveries and rating. Not yours is answered like not there (404)."""
    order = await orders.get_order(session, number)
    await require_access(session, order, _caller(principal, on_behalf_of, channel, channel_user_id))
    shown = (await view(session, [order], role=principal.role, now=clock.now()))[0]
    return shown.model_copy(update={"deliveries": await deliveries_of(session, number)})


@router.post("/{number}/rating", status_code=201)
async def rate_work_order(number: str, body: RatingIn, principal: RaterDep, session: SessionDep, clock: ClockDep) -> WorkOrderOut:
    """The resident's three answers. A bad verdict reopens the order for the same unit, any other closes it."""
    now = clock.now()
    await ratings.rate(
        session,
        number=number,
        contacted=body.contacted,
        resolved=body.resolved,
        satisfaction=body.satisfaction,
        comment=body.comment,
        actor=_actor(principal),
        now=now,
        caller=_caller(principal, body.on_behalf_of, body.channel, body.channel_user_id),
        reason_follows=body.reason_follows,
    )
    order = await orders.get_order(session, number)
    return (await view(session, [order], role=principal.role, now=now))[0]


@router.post("/{number}/rating/take-back", status_code=204)
async def take_rating_back(number: str, body: ResidentIn, principal: RaterDep, session: SessionDep, clock: ClockDep) -> None:
    """It was the wrong button: a bad verdict that still waits for its reason is forgotten."""
    caller = _caller(principal, body.on_behalf_of, body.channel, body.channel_user_id)
    await ratings.take_back(session, number=number, actor=_actor(principal), now=clock.now(), caller=caller)


@router.post("/{number}/reveal")
async def reveal_reporter(number: str, body: RevealIn, principal: RevealDep, session: SessionDep, clock: ClockDep) -> RevealOut:
    """Name and phone of a hidden reporter. Every use is written down with its reason; handlers never get it."""
    order = await orders.get_order(session, number)
    record_access(
        session,
        actor=principal.actor,
        subject=f"work_order:{number}",
        what=",".join(PERSONAL),
        reason=body.reason,
        now=clock.now(),
    )
    return RevealOut(
        number=number,
        contact_name=order.contact_name,
        contact_phone=order.contact_phone,
        channel=order.channel,
        channel_user_id=order.channel_user_id,
    )


@router.post("/{number}/{verb}")
async def do_verb(
    number: str,
    verb: Verb,
    principal: PrincipalDep,
    session: SessionDep,
    clock: ClockDep,
    body: Annotated[VerbBody | None, Body()] = None,
    idempotency_key: Annotated[str, Header(max_length=200)] = "",
) -> WorkOrderOut:
    """Do one thing to an order; where nothing has to be told, the body may be left out.

    409 with `allowed` when it is not possible now, or when `version` is not the current one.
    The same `Idempotency-Key` again returns the order as it is, without another effect.
    """
    now, body = clock.now(), body or VerbBody()
    caller = _caller(principal, body.on_behalf_of, body.channel, body.channel_user_id)
    data = body.verb_data()
    if verb is Verb.JOIN:
        data |= {"channel": body.channel, "channel_user_id": body.channel_user_id}
        data |= {"conversation_id": body.on_behalf_of} if body.on_behalf_of else {}
    order = await apply_verb(
        session,
        number=number,
        verb=verb,
        actor=_actor(principal),
        data=data,
        expected_version=body.version,
        now=now,
        caller=caller,
        idempotency_key=idempotency_key,
    )
    return (await view(session, [order], role=principal.role, now=now))[0]


def _actor(principal: Principal) -> str:
    return RESIDENT if principal.role is Role.SERVICE else principal.actor


def _caller(principal: Principal, on_behalf_of: str, channel: str, channel_user_id: str) -> Caller:
    resident = Resident(on_behalf_of, channel, channel_user_id) if principal.role is Role.SERVICE else None
    return Caller(principal.role, principal.unit_id, resident)
