"""List the installed Python and npm packages with known vulnerabilities.

The exit status is 0 if all packages were checked and none has one, 1 if a package has
one, and 2 if no service could check all packages.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).parents[2]
PIP_AUDIT = ROOT / ".venv/upkeep/bin/pip-audit"
SERVICES = ("pypi", "osv")  # the index itself; whoever gathers advisories


class Audit(NamedTuple):
    """Known vulnerabilities, how many packages were looked up, why others were not."""

    vulnerabilities: list[str]
    checked: int
    unchecked: str = ""


def main() -> None:
    audits = {"Python": audit_python(), "Browser": audit_browser()}
    for name, audit in audits.items():
        for vulnerability in audit.vulnerabilities:
            sys.stdout.write(f"{name}: {vulnerability}\n")
        sys.stdout.write(f"{name}: {describe(audit)}\n")
    if any(audit.vulnerabilities for audit in audits.values()):
        sys.exit(1)
    if any(audit.unchecked for audit in audits.values()):
        sys.exit(2)


def describe(audit: Audit) -> str:
    if audit.unchecked:
        return f"NOT CHECKED, no service told about every package: {audit.unchecked}"
    return (
        f"{audit.checked} packages checked,"
        f" {len(audit.vulnerabilities) or 'no'} known vulnerabilities"
    )


def audit_python() -> Audit:
    unchecked = []
    for service in SERVICES:
        audit = ask_pip_audit(service)
        if audit.vulnerabilities or not audit.unchecked:
            return audit
        unchecked.append(f"{service}: {audit.unchecked}")
    return Audit([], 0, "; ".join(unchecked))


def ask_pip_audit(service: str) -> Audit:
    files = sorted(str(path) for path in ROOT.glob("requirements*.txt"))
    report, errors = run(
        [str(PIP_AUDIT), "--disable-pip", "--require-hashes", "--format", "json"]
        + ["--progress-spinner", "off", "--vulnerability-service", service]
        + [word for path in files for word in ("--requirement", path)]
    )
    if "dependencies" not in report:
        return Audit([], 0, last_line(errors))
    packages = report["dependencies"]
    skipped = [
        package["skip_reason"] for package in packages if "skip_reason" in package
    ]
    return Audit(
        [
            f"{package['name']} {package['version']}: {vulnerability['id']}"
            for package in packages
            for vulnerability in package.get("vulns", ())
        ],
        len(packages) - len(skipped),
        f"{len(skipped)} of {len(packages)}, {skipped[0]}" if skipped else "",
    )


def audit_browser() -> Audit:
    report, errors = run(["npm", "audit", "--json"])
    if "vulnerabilities" not in report:
        return Audit([], 0, str(report.get("message") or last_line(errors)))
    return Audit(
        list(npm_vulnerabilities(report)), report["metadata"]["dependencies"]["total"]
    )


def npm_vulnerabilities(report: dict[str, Any]) -> Iterator[str]:
    for name, package in report["vulnerabilities"].items():
        for cause in package["via"]:
            yield f"{name}: {cause['url'] if isinstance(cause, dict) else cause}"


def run(command: list[str]) -> tuple[dict[str, Any], str]:
    """Return the report of a tool, empty if it has none, and what else it printed."""
    process = subprocess.run(  # noqa: S603 - pip-audit or npm
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    try:
        report: dict[str, Any] = json.loads(process.stdout)
    except ValueError:
        report = {}
    return report, process.stderr


def last_line(text: str) -> str:
    return next(iter(text.strip().splitlines()[::-1]), "no answer")


if __name__ == "__main__":
    main()
