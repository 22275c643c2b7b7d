"""A site made of the production example mails links that lead nowhere."""

import re
from pathlib import Path

import pytest

from tests.settings_files import PRODUCTION, manage, run, uncommented

pytestmark = pytest.mark.attack


def test_the_production_example_names_the_site() -> None:
    example = run(uncommented(PRODUCTION))

    assert example["SITE_URL"] == f"https://{example['ALLOWED_HOSTS'][0]}"


def test_the_deployment_check_reports_a_missing_site_url(tmp_path: Path) -> None:
    pytest.importorskip("MySQLdb", reason="requirements-mysql.txt is not installed")
    path = tmp_path / "settings.py"
    path.write_text(re.sub(r"(?m)^SITE_URL = .*$", "", uncommented(PRODUCTION)))

    run_of_check = manage(
        "check", "--deploy", "--fail-level=WARNING", settings=path, state=tmp_path
    )

    assert run_of_check.returncode != 0
    assert "SITE_URL" in run_of_check.stderr
