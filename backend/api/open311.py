"""Open311 GeoReport v2 for partners and the public: services, requests, and filing of requests with an `api_key`.

`/open311/v2` keeps what it is sent; `/open311/test/v2` checks a filed request in the same way and keeps nothing. Every answer,
also an error and a wrong path, comes in the format of the path's ending. Source: open311.github.io (GeoReport v2, Discovery).
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.exceptions import HTTPException
from starlette.responses import Response

from backend.api import open311_views as views
from backend.api.dependencies import ClockDep, ReadingDep, SessionDep, SettingsDep
from backend.api.open311_attributes import attributes_of, checked_answers, definition
from backend.api.open311_format import JSON, XML, answer, errors
from backend.api.open311_input import (
    Parameters,
    address_of,
    description_of,
    list_filters,
    media_of,
    name_of,
    page_of,
    short_field,
    wanted_ids,
)
from backend.domain.calendar import local_day
from backend.domain.errors import DomainError, Forbidden, InvalidField, NotFound
from backend.services.intake import NewWorkOrder, accept_work_order
from backend.settings import Settings
from backend.storage import directory
from backend.storage.public_orders import OPEN311, public_orders, public_orders_by_number
from backend.storage.tables.directory import CategoryRow

log = structlog.get_logger()
TEST_PREFIX = "/open311/test/"
MOST_BYTES = 1_000_000
_READ = ["GET", "HEAD"]
Format = Annotated[str, Path(pattern="^(xml|json)$")]
# PostgreSQL refuses a NUL in a text; nothing of ours has control characters in its id
Id = Annotated[str, Path(pattern=r"^[^\x00-\x1f]{1,100}$")]
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class GeoReportRoute(APIRoute):
    """Answers errors as GeoReport v2 wants them: 404 for what is not there, 403 for the key, 400 for everything else."""

    def get_route_handler(self) -> Handler:
        handler = super().get_route_handler()

        async def answer_in_asked_format(request: Request) -> Response:
            fmt = JSON if request.url.path.endswith(".json") else XML
            try:
                return await handler(request)
            except DomainError as error:
                return errors([(error.status if error.status in (403, 404) else 400, error.detail)], fmt)
            except RequestValidationError:
                return errors([(404, "there is nothing at this address; formats are xml and json")], fmt)
            except HTTPException as error:
                return errors([(error.status_code, str(error.detail))], fmt)
            except DBAPIError as error:
                log.error("database_error", path=request.url.path, error=type(error).__name__)
                return errors([(503, "the database is away, please try again later")], fmt)

        return answer_in_asked_format


router = APIRouter(route_class=GeoReportRoute, include_in_schema=False)


async def discover(request: Request, fmt: Format, session: ReadingDep, settings: SettingsDep) -> Response:
    desk = await directory.dispatch_desk(session)
    base = settings.public_url or str(request.base_url)
    return answer("discovery", views.discovery(base.rstrip("/"), desk.name if desk else "有事请找我"), fmt)


async def list_services(request: Request, fmt: Format, session: ReadingDep, clock: ClockDep, settings: SettingsDep) -> Response:
    _given(request, settings)
    rows = await directory.categories(session, on=local_day(clock.now()))
    return answer("services", [views.service(row) for row in rows], fmt)


async def get_definition(
    request: Request, code: Id, fmt: Format, session: ReadingDep, clock: ClockDep, settings: SettingsDep
) -> Response:
    """The attributes of a service; one without attributes (`metadata` false) has no definition."""
    _given(request, settings)
    row = await _service(session, code, clock)
    attributes = attributes_of(row.questions)
    if not attributes:
        raise NotFound(f"service {code} has no further attributes")
    return answer("service_definition", definition(row.service_code, attributes), fmt)


async def list_requests(request: Request, fmt: Format, session: ReadingDep, clock: ClockDep, settings: SettingsDep) -> Response:
    """Public requests, latest first: those with the given ids, or those that fit the filter (by default of the last 90 days)."""
    given = _given(request, settings)
    ids = wanted_ids(given)
    if ids:
        rows = await public_orders_by_number(session, ids)
    else:
        page = page_of(given)
        rows = await public_orders(session, list_filters(given, clock.now()), limit=page.page_size, offset=page.offset)
    names = await directory.unit_names(session)
    return answer("service_requests", [views.service_request(row, names) for row in rows], fmt)


async def get_request(request: Request, number: Id, fmt: Format, session: ReadingDep, settings: SettingsDep) -> Response:
    """A list of one. An order that is not public is answered like one that does not exist."""
    _given(request, settings)
    rows = await public_orders_by_number(session, [number])
    if not rows:
        raise NotFound("service_request_id not found")
    names = await directory.unit_names(session)
    return answer("service_requests", [views.service_request(row, names) for row in rows], fmt)


async def get_token(request: Request, token: Id, fmt: Format, session: ReadingDep, settings: SettingsDep) -> Response:
    """Ids are given at once, so an id is its own token: clients that always ask keep working."""
    _given(request, settings)
    rows = await public_orders_by_number(session, [token])
    if not rows:
        raise NotFound("token not found")
    return answer("service_requests", [{"service_request_id": row.number, "token": token} for row in rows], fmt)


async def file_request(
    request: Request,
    fmt: Format,
    session: SessionDep,
    clock: ClockDep,
    settings: SettingsDep,
    idempotency_key: Annotated[str | None, Header()] = None,
) -> Response:
    """File a request. The same `Idempotency-Key` with the same `api_key` gives the same id again, without another order."""
    given = await _given_in_form(request, settings)
    key = _checked_key(given.get("api_key"), settings)
    new = await _new_order(session, given, clock)
    scope = hashlib.sha256(key.encode()).hexdigest()[:16]
    stored_key = f"{OPEN311}:{scope}:{_digest(idempotency_key) if idempotency_key else uuid.uuid4().hex}"
    kept = not request.url.path.startswith(TEST_PREFIX)
    async with session.begin_nested() as savepoint:
        order = await accept_work_order(session, request=new, idempotency_key=stored_key, actor=OPEN311, now=clock.now())
        told = views.accepted(order, kept=kept)
        if not kept:
            await savepoint.rollback()
    return answer("service_requests", [told], fmt)


async def nothing_here() -> Response:
    raise NotFound("there is nothing at this address")


def _given(request: Request, settings: Settings) -> Parameters:
    return _in_jurisdiction(Parameters(request.query_params.multi_items()), settings)


async def _given_in_form(request: Request, settings: Settings) -> Parameters:
    length = request.headers.get("content-length", "")
    if not length.isdecimal() or int(length) > MOST_BYTES:
        raise InvalidField(f"the body needs a Content-Length of at most {MOST_BYTES} bytes")
    async with request.form() as form:
        given = Parameters([*form.multi_items(), *request.query_params.multi_items()])
    return _in_jurisdiction(given, settings)


def _in_jurisdiction(given: Parameters, settings: Settings) -> Parameters:
    """We serve one jurisdiction, so its id may be left out. Raises NotFound for another one."""
    if given.get("jurisdiction_id") not in ("", settings.district):
        raise NotFound("jurisdiction_id not found")
    return given


def _checked_key(key: str, settings: Settings) -> str:
    """Raises Forbidden, also when this installation has given out no keys at all."""
    known = settings.open311_keys
    if not known:
        raise Forbidden("filing over Open311 is switched off here: no api_key has been given out")
    if not any(hmac.compare_digest(key.encode(), each.encode()) for each in known):
        raise Forbidden("api_key is missing or not valid")
    return key


async def _service(session: AsyncSession, code: str, clock: ClockDep) -> CategoryRow:
    row = await directory.category(session, code)
    today = local_day(clock.now())
    if row is None or row.valid_from > today or (row.valid_to is not None and row.valid_to < today):
        raise NotFound("service_code not found")
    return row


async def _new_order(session: AsyncSession, given: Parameters, clock: ClockDep) -> NewWorkOrder:
    """The order that a form asks for. Raises InvalidField, NotFound."""
    code = given.get("service_code")
    if not code:
        raise InvalidField("service_code is missing", field="service_code")
    row = await _service(session, code, clock)
    address, place_code = address_of(given, await directory.places(session))
    answers = checked_answers(attributes_of(row.questions), given.attributes)
    words = description_of(given) or views.service_name(row.category, row.subcategory)
    return NewWorkOrder(
        service_code=row.service_code,
        category=row.category,
        subcategory=row.subcategory,
        description="\n".join((words, *(f"{question}:{answer_}" for question, answer_ in answers))),
        address=address,
        occurred_at=None,
        contact_phone=short_field(given, "phone"),
        contact_name=name_of(given),
        anonymous=False,
        confidential=False,
        attachments=media_of(given),
        channel=OPEN311,
        channel_user_id=next(filter(None, (short_field(given, name) for name in ("account_id", "device_id", "email"))), ""),
        conversation_id=None,
        requested_at=clock.now(),
        grid_code=place_code,
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


router.add_api_route("/open311/discovery.{fmt}", discover, methods=_READ)
for _prefix in ("/open311/v2", "/open311/test/v2"):
    router.add_api_route(f"{_prefix}/services.{{fmt}}", list_services, methods=_READ)
    router.add_api_route(f"{_prefix}/services/{{code}}.{{fmt}}", get_definition, methods=_READ)
    router.add_api_route(f"{_prefix}/requests.{{fmt}}", list_requests, methods=_READ)
    router.add_api_route(f"{_prefix}/requests.{{fmt}}", file_request, methods=["POST"])
    router.add_api_route(f"{_prefix}/requests/{{number}}.{{fmt}}", get_request, methods=_READ)
    router.add_api_route(f"{_prefix}/tokens/{{token}}.{{fmt}}", get_token, methods=_READ)
router.add_api_route("/open311/{rest:path}", nothing_here, methods=[*_READ, "POST", "PUT", "PATCH", "DELETE"])
