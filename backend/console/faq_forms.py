"""From the form of a question to what the service takes, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fastapi import Request

from backend.domain.errors import DomainError
from backend.services.faqs import FaqText
from backend.storage.tables.directory import CategoryRow

_CATEGORY_DIGITS = 2


async def given_fields(request: Request) -> dict[str, str]:
    """The posted fields as texts."""
    return {name: str(value) for name, value in (await request.form()).items()}


def text_from(given: Mapping[str, str]) -> FaqText:
    """What was written; the other ways to ask stand one on a line."""
    synonyms = tuple(line.strip() for line in given.get("synonyms", "").splitlines() if line.strip())
    return FaqText(given.get("question", ""), given.get("answer", ""), synonyms, given.get("service_prefix", ""))


def form_of(text: FaqText, version: int) -> dict[str, str]:
    """The inverse."""
    return {**text.values(), "synonyms": "\n".join(text.synonyms), "version": str(version)}


def version_of(given: Mapping[str, str]) -> int:
    """The version that the page was made from; 0, which no row has, when it is missing."""
    version = given.get("version", "")
    return int(version) if version.isascii() and version.isdigit() else 0


def newest_version(error: DomainError) -> dict[str, str]:
    """After somebody else's change: the version of now, because whoever has seen the notice and saves once more means it."""
    return {"version": str(error.extra["version"])} if "version" in error.extra else {}


def refusal(error: DomainError) -> dict[str, str]:
    """What the page says: at the field that is wrong, or above the form."""
    if error.field in ("", "version"):
        return {"notice": error.detail}
    return {"notice": "还没有保存。请看红框那一项,改好再存。", "wrong": error.field, "problem": error.detail}


def matter_names(leaves: Iterable[CategoryRow]) -> dict[str, str]:
    """What an answer may be limited to, by code: each category, then its leaves."""
    names: dict[str, str] = {}
    for leaf in leaves:
        names.setdefault(leaf.service_code[:_CATEGORY_DIGITS], f"{leaf.category}(整类)")
        names[leaf.service_code] = f"{leaf.category} · {leaf.subcategory}"
    return names
