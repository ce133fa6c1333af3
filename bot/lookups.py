"""Writes nlu_data/lookups/places.yml from the directory's seed data: `python -m bot.lookups`.

The running assistant reads the file again when it changes, so a district that imported its own places needs no training.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
SEED = ROOT / "backend" / "seed"
TARGET = ROOT / "nlu_data" / "lookups" / "places.yml"
_HEAD = "# Made from backend/seed by `python -m bot.lookups`. Entries with `sample: true` are invented sample data.\n"


def places(streets: dict[str, Any], samples: dict[str, Any]) -> list[dict[str, Any]]:
    """Entries {kind, name, aliases, parents, sample} from the two seed tables."""
    names = {entry["code"]: entry["name"] for entry in streets["streets"]}
    found = [{"kind": "street", "name": entry["name"], "aliases": entry.get("aliases", [])} for entry in streets["streets"]]
    for code, communities in samples.items():
        for community in communities:
            found.append({"kind": "community", "name": community["name"], "parents": [names[code]], "sample": True})
            parents = [community["name"], names[code]]
            found += [{"kind": "estate", "name": name, "parents": parents, "sample": True} for name in community["estates"]]
    return found


def main() -> None:
    tables = [yaml.safe_load((SEED / name).read_text(encoding="utf-8")) for name in ("streets.yml", "sample_places.yml")]
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = yaml.safe_dump({"places": places(*tables)}, allow_unicode=True, sort_keys=False, default_flow_style=None)
    TARGET.write_text(_HEAD + lines, encoding="utf-8")


if __name__ == "__main__":
    main()
