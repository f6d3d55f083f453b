"""docs/architecture.md names files and functions that exist."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.findall(
    r"`(par_[\w/]+\.py):(\w+)`", (ROOT / "docs" / "architecture.md").read_text("utf-8")
)


def test_both_journeys_are_told_step_by_step():
    assert len(NAMED) > 30


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_what_a_journey_passes_exists(file, name):
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {getattr(node, "name", "") for node in tree.body}
