"""What the documents say must exist, exists."""

import re
from pathlib import Path

import pytest
import yaml

from backend.contracts.people import Role
from backend.contracts.work_orders import State, Verb
from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
_QUOTED = re.compile(r"`([^`\s]+)`")
_PATH = re.compile(r"(?:backend|channels|actions|bot|deploy|docs|tests|nlu_data|seed)/[\w./-]*|[\w-]+\.(?:toml|yml|md)")
DOCUMENTS = sorted(
    [*DOCS.glob("*.md"), *DOCS.glob("decisions/*.md"), ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "deploy/README.md"]
)


def paths_named_in(document: Path) -> set[str]:
    return {quoted for quoted in _QUOTED.findall(document.read_text("utf-8")) if _PATH.fullmatch(quoted)}


def test_every_setting_is_documented_once():
    rows = re.findall(r"^\| `(YOUSHI_[A-Z0-9_]+)` \|", (DOCS / "configuration.md").read_text("utf-8"), flags=re.MULTILINE)
    assert sorted(rows) == sorted(f"YOUSHI_{name.upper()}" for name in Settings.model_fields)


def test_secrets_are_marked_as_such():
    text = (DOCS / "configuration.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        row = next(line for line in text.splitlines() if line.startswith(f"| `YOUSHI_{name.upper()}` |"))
        if "SecretStr" in str(field.annotation):
            assert "🔒" in row, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_that_a_document_names_exists(document):
    missing = sorted(path for path in paths_named_in(document) if not (ROOT / path).exists())
    assert missing == []


def test_the_architecture_names_enough_files_for_the_check_to_mean_something():
    assert len(paths_named_in(DOCS / "architecture.md")) > 40


def test_the_glossary_has_every_state_verb_and_role():
    text = (DOCS / "glossary.md").read_text("utf-8")
    words = set(_QUOTED.findall(text))
    for word in (*State, *Verb, *Role):
        assert word.value in words, word


def test_decision_records_are_numbered_without_gaps_and_have_their_four_parts():
    records = sorted(DOCS.glob("decisions/*.md"))
    assert [path.name[:4] for path in records] == [f"{number:04d}" for number in range(1, len(records) + 1)]
    for path in records:
        headings = re.findall(r"^## (.+)$", path.read_text("utf-8"), flags=re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences", "Alternatives"], path.name


@pytest.mark.parametrize("path", sorted(ROOT.glob("deploy/**/*.y*ml")), ids=lambda path: str(path.relative_to(ROOT)))
def test_deployment_files_are_readable_yaml_that_knows_only_our_settings(path):
    text = path.read_text("utf-8")
    assert all(yaml.safe_load_all(text))
    known = {f"YOUSHI_{name.upper()}" for name in Settings.model_fields}
    assert set(re.findall(r"YOUSHI_[A-Z0-9_]+", text)) <= known
