"""One text is read the quick way, many the usual one: both must see the same."""

from __future__ import annotations

import json
import subprocess

import pytest

from channels.programs import BOT_PYTHON, ROOT

PROGRAM = """
import json, sys
from bot.components.reading import MARKS_AFTER
from bot.components.text_model import TextModel
from bot.components.views import VIEWS
texts, labels = json.loads(sys.stdin.read())
texts = [f"{text}{MARKS_AFTER}place {'phone' * (at % 2)}" for at, text in enumerate(texts)]
model = TextModel(views=tuple(VIEWS)).fit(texts * 4, {"what": labels * 4})
many = model.predict(texts * 4)[: len(texts)]
print(json.dumps([many, [model.predict([text])[0] for text in texts]]))
"""
TEXTS = ["屋里冷冰冰的", "冷", "路灯不亮了还没人修?", "", "  ", "谢谢谢谢谢谢", "三号楼", "樓道裏黑", "ok 12 1234"]


@pytest.mark.parametrize("labels", [2, 3])
def test_one_text_and_many_get_the_same_shares(labels: int) -> None:
    given = [TEXTS, [f"label{index % labels}" for index in range(len(TEXTS))]]
    program = subprocess.run(
        [BOT_PYTHON, "-W", "ignore", "-c", PROGRAM], input=json.dumps(given), cwd=ROOT, text=True, capture_output=True, check=True
    )
    many, one = json.loads(program.stdout)
    for there, here in zip(many, one, strict=True):
        assert dict(here["what"]) == pytest.approx(dict(there["what"]), abs=1e-4)
