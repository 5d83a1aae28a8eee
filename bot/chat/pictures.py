"""Pictures for the page: drawn when they are looked at, as SVG in the page's own colours."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, FastAPI, HTTPException, Response
from pydantic import BaseModel, ConfigDict, Field

from bot.chat.messages import Hidden, plain_html
from bot.chat.sessions import services_of, signed_in
from companion.errors import UnknownRow
from companion.flows.picture import draw, draw_named
from companion.flows.services import Services
from companion.people.student import Account

Outside = Annotated[Services, Depends(services_of)]
Me = Annotated[Account, Depends(signed_in)]


class PictureShape(BaseModel):
    """A drawing of fixed words and numbers: it holds nothing a student wrote."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    svg: Hidden
    #: The same in words, as safe HTML; "" where the message itself says it.
    html: Annotated[str, Field(repr=False)] = ""


def add_picture_routes(api: FastAPI) -> None:
    """Add what shows a student's own pictures, each behind the session."""

    @api.get("/chat/pictures/{message_id}", response_model=PictureShape)
    async def picture(
        message_id: UUID, me: Me, services: Outside, response: Response
    ) -> PictureShape:
        """The picture of one message, as it was when the message was made."""
        response.headers["Cache-Control"] = "no-store"
        svg = await asyncio.to_thread(_of_message, message_id, me, services)
        if svg is None:
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return PictureShape(svg=svg)

    @api.get("/chat/moods", response_model=PictureShape)
    async def moods(
        me: Me, services: Outside, response: Response, days: Literal["7", "30", "90"] = "30"
    ) -> PictureShape:
        """The moods of the last days as they are now."""
        response.headers["Cache-Control"] = "no-store"
        return await asyncio.to_thread(_of_now, f"mood {days}", me, services)


def _of_message(message_id: UUID, me: Account, services: Services) -> str | None:
    try:
        with services.store.reading() as tx:
            outbound = tx.outbound.get(message_id)
    except UnknownRow:
        return None
    return draw(outbound, services=services) if outbound.student_id == me.student_id else None


def _of_now(name: str, me: Account, services: Services) -> PictureShape:
    with services.store.reading() as tx:
        student = tx.students.get(me.student_id)
        drawn = draw_named(tx, student, name, campus=services.campus, now=services.clock.now())
    if drawn is None:
        raise LookupError(name)
    return PictureShape(svg=drawn.svg, html=plain_html(drawn.told))
