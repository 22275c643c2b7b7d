"""A site made of the production example mails links that lead nowhere."""

import re
from pathlib import Path

import pytest

from tests.settings_files import PRODUCTION, manage, run, uncommented

pytestmark = pytest.mark.attack


def test_the_production_example_names_the_site() -> None:
    example = run(uncommented(PRODUCTION))

    assert example["SITE_URL"] == f"https://{example['ALLOWED_HOSTS'][0]}"


def test_a_deployment_is_told_of_links_that_lead_nowhere(tmp_path: Path) -> None:
    pytest.importorskip("MySQLdb", reason="requirements-mysql.txt is not installed")
    path = tmp_path / "settings.py"
    path.write_text(re.sub(r"(?m)^SITE_URL = .*$", "", uncommented(PRODUCTION)))

    checked = manage(
        "check", "--deploy", "--fail-level=WARNING", settings=path, state=tmp_path
    )

    assert checked.returncode != 0
    assert "SITE_URL" in checked.stderr
