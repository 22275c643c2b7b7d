"""What staff find on the clusters of the demo: broken nodes, a maintenance."""

from typing import Any

import requests

from contrib.demo.browser import Browser

CONTROLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("berlin/node_offline", {"name": "node6.berlin.example.org"}),
    ("cairo/node_drained", {"name": "node5.cairo.example.org"}),
    (
        "athens/reserve",
        {
            "network": "services",
            "addresses": [f"172.16.1.{n}" for n in range(200, 216)],
        },
    ),
)
# The simulator has locked this one.
MAINTENANCE = "/cluster/detail/cairo/groups/spare/maintenance"
REASON = "The power supply of the rack is replaced until Friday."


def cause(control_url: str) -> None:
    """Disturb the simulated clusters."""
    for control, arguments in CONTROLS:
        answer = requests.post(f"{control_url}/{control}", json=arguments, timeout=60)
        answer.raise_for_status()


def explain(browser: Browser) -> None:
    """Give the reason of the maintenance, as an administrator would."""
    page = browser.form("/cluster/detail/cairo/")
    browser.submit(MAINTENANCE, page, reason=REASON, wanted="on")
