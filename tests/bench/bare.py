"""The baseline of the acknowledgement benchmark: the smallest FastAPI endpoint that reads a body and answers."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse

app = FastAPI()


@app.api_route("/bare", methods=["GET", "POST"])
async def bare(request: Request) -> PlainTextResponse:
    await request.body()
    return PlainTextResponse("success")
