"""Jobs of a cluster's queue, parsed from Ganeti's answers."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain.job import JobStatus
from apps.ganeti.domain.queued_job import (
    MAX_LINE_LENGTH,
    MAX_LOG_LINES,
    JobDetail,
    Opcode,
    QueuedJob,
)

ROW: dict[str, Any] = {
    "id": 12,
    "status": "success",
    "summary": ["INSTANCE_REBOOT(web1.example.org)"],
    "received_ts": [1000, 0],
    "opexec": [[1002, 500_000]],
    "end_ts": [1005, 0],
}
DETAIL = {
    **ROW,
    "ops": [
        {
            "OP_ID": "OP_INSTANCE_REBOOT",
            "osparams": {"password": "hidden"},
            "reason": [
                ["gnt:user", "maintenance of the rack", 1],
                ["gnt:opcode:instance_reboot", "job=12;index=0", 2],
            ],
        }
    ],
    "opstatus": ["success"],
    "opresult": [None],
    "oplog": [[[1, [1003, 0], "message", "Shutting down"]]],
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=6,
)


def test_waiting_and_running_times_are_computed() -> None:
    job = QueuedJob.from_rapi(ROW)

    assert job
    assert job.finished
    assert (job.waited, job.ran) == (timedelta(seconds=2.5), timedelta(seconds=2.5))
    assert job.received_at == datetime.fromtimestamp(1000, UTC)


def test_a_job_runs_from_when_its_first_opcode_has_its_locks() -> None:
    waiting = QueuedJob.from_rapi(
        {**ROW, "status": "waiting", "opexec": [None], "end_ts": None}
    )

    assert waiting
    assert (waiting.started_at, waiting.waited, waiting.ran) == (None, None, None)
    assert not waiting.finished


@pytest.mark.parametrize("changes", [{"status": None}, {"id": None}, {"id": "x"}])
def test_a_job_that_is_missing_has_no_row(changes: dict[str, Any]) -> None:
    assert QueuedJob.from_rapi({**ROW, **changes}) is None


def test_an_unknown_status_of_a_job_that_ended_is_an_unknown_outcome() -> None:
    job = QueuedJob.from_rapi({**ROW, "status": "evaporated"})

    assert job
    assert job.status is JobStatus.LOST


@pytest.mark.parametrize(
    ("summary", "name", "object_name"),
    [
        ("INSTANCE_REBOOT(web1)", "INSTANCE_REBOOT", "web1"),
        ("CLUSTER_VERIFY", "CLUSTER_VERIFY", ""),
        ("NODE_MIGRATE(a(b))", "NODE_MIGRATE", "a(b)"),
        ("<script>", "<script>", ""),
        ("", "?", ""),
    ],
)
def test_opcodes_are_parsed_from_summaries(
    summary: str, name: str, object_name: str
) -> None:
    assert Opcode.parse(summary) == Opcode(name, object_name)


def test_details_have_log_and_reasons_but_no_parameters() -> None:
    detail = JobDetail.from_rapi(DETAIL)

    assert detail
    [opcode] = detail.opcodes
    assert [line.text for line in opcode.log] == ["Shutting down"]
    assert detail.reasons == ("maintenance of the rack",)
    assert "hidden" not in repr(detail)


def test_the_error_of_a_failed_job_is_not_repeated_as_its_result() -> None:
    failed = {
        **DETAIL,
        "status": "error",
        "opstatus": ["error"],
        "opresult": [["OpExecError", ["Disk failure"]]],
    }
    detail = JobDetail.from_rapi(failed)

    assert detail
    assert (detail.error, detail.opcodes[0].result) == ("Disk failure", "")


def test_long_logs_are_cut_at_the_beginning_and_long_lines_at_the_end() -> None:
    lines = [[n, [1003, 0], "message", f"{n} " + "x" * 10_000] for n in range(1000)]

    detail = JobDetail.from_rapi({**DETAIL, "oplog": [lines]})

    assert detail
    [opcode] = detail.opcodes
    assert (len(opcode.log), opcode.log_omitted) == (MAX_LOG_LINES, 500)
    assert opcode.log[-1].text.startswith("999 ")
    assert {len(line.text) for line in opcode.log} == {MAX_LINE_LENGTH}


@given(st.fixed_dictionaries(dict.fromkeys(DETAIL, JSON)))
def test_any_answer_is_parsed_or_left_out_and_can_be_cached(
    row: dict[str, Any],
) -> None:
    detail = JobDetail.from_rapi({**row, "id": 12, "status": row["status"] or "error"})

    if detail is not None:
        encoded = msgspec.msgpack.encode(detail)
        assert msgspec.msgpack.decode(encoded, type=JobDetail) == detail
