"""The list of jobs while Ganeti's queue changes: from the change to the screen."""

import json
import subprocess
import sys
import time
from typing import Any

from django.contrib.auth.models import User
from django.urls import reverse

from tests.bench import clusters
from tests.bench.building import create_lab_cluster
from tests.bench.environment import Environment
from tests.bench.table import Line, Samples, figure_line, milliseconds, seconds
from tests.lab import ADDRESSES, Lab

VIEWERS = (1, 100)
# Each appears and finishes: two changes.
JOBS = 100
MAX_DELAY_S = 1.5
TAG = "ganetimgr-bench"
# After the last change, so that it is seen.
SETTLING_S = 4


def run(environment: Environment) -> list[Line]:
    lab = Lab("fake", ADDRESSES["fake"])
    create_lab_cluster(lab)
    names = [f"viewer{number}" for number in range(max(VIEWERS))]
    for name in names:
        User.objects.create_superuser(name)
    clusters.postpone_refreshes()
    environment.product.start_web()
    environment.product.start_watcher()
    cookies = [clusters.session_of(User.objects.get(username=name)) for name in names]
    return [
        line
        for count in VIEWERS
        for line in table_lines(count, *watch(environment, lab, cookies[:count]))
    ]


def watch(
    environment: Environment, lab: Lab, cookies: list[str]
) -> tuple[dict[str, Any], dict[str, dict[str, float]]]:
    """Let jobs run while visitors look; return what they saw, and Ganeti's times."""
    options = {
        "host": "127.0.0.1",
        "port": environment.product.port,
        "path": reverse("ganeti:job-list"),
        "cookies": cookies,
    }
    viewers = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.viewers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with viewers:
        assert viewers.stdin and viewers.stdout
        viewers.stdin.write(json.dumps(options) + "\n")
        viewers.stdin.flush()
        assert viewers.stdout.readline() == "ready\n"
        moments = run_jobs(lab)
        time.sleep(SETTLING_S)
        results, _ = viewers.communicate("stop\n")
    return json.loads(results), moments


def run_jobs(lab: Lab) -> dict[str, dict[str, float]]:
    """Tag and untag the cluster; return when each job was received and ended."""
    moments = {}
    for number in range(JOBS):
        method = "DELETE" if number % 2 else "PUT"
        job_id = int(lab.request(method, "/2/tags", query={"tag": TAG}))
        job = lab.finish(job_id)
        moments[str(job_id)] = {
            "seen": _seconds(job["received_ts"]),
            "finished": _seconds(job["end_ts"]),
        }
    return moments


def _seconds(stamp: list[int]) -> float:
    return stamp[0] + stamp[1] / 1e6


def table_lines(
    viewers: int, results: dict[str, Any], moments: dict[str, dict[str, float]]
) -> list[Line]:
    """Return the delays from Ganeti's times until each visitor saw the change."""
    delays = [
        seen.get(job_id, {}).get(change, float("inf")) - happened_at
        for seen in results["seen"]
        for job_id, changes in moments.items()
        for change, happened_at in changes.items()
    ]
    samples, latencies = Samples(delays), Samples(results["latencies_s"])
    plural = "s" if viewers > 1 else ""
    return [
        figure_line(
            f"{viewers} viewer{plural}: {2 * JOBS} changes on screen, 95 % within",
            samples.quantile(0.95),
            "s",
            at_most=MAX_DELAY_S,
            places=2,
            spread=samples.spread(seconds),
        ),
        Line(
            f"{viewers} viewer{plural}: polls, 95 % within",
            milliseconds(latencies.quantile(0.95)),
            latencies.spread(milliseconds),
        ),
        figure_line("polls that failed", len(results["failures"]), at_most=0),
    ]
