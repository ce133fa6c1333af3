"""Bring the database to the current schema and fill in what is missing: before web and worker start without a supervisor.

Run from the repository: `python deploy/prepare.py`. Safe to repeat; ends with 1 and a sentence when something is missing.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from channels.setup import main

sys.exit(main())
