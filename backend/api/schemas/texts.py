"""Texts as they come in over the API: without the characters that cannot be kept."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator, Field

from backend.domain.storable import is_storable


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("the text holds a NUL character or half a character: leave it out")
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError("write something")
    return text


def _typed_digits(text: str) -> str:
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", text))


Text = Annotated[str, AfterValidator(_storable)]
Short = Annotated[Text, Field(max_length=200)]
# what is only blanks says nothing
Said = Annotated[Text, AfterValidator(_said), Field(min_length=1)]
# a number as people type it: in groups, with dashes, in full-width digits
TypedDigits = Annotated[Text, AfterValidator(_typed_digits)]
