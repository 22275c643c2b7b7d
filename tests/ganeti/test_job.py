import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.ganeti.domain.job import (
    FINAL,
    UNFINISHED,
    WITHOUT_ID,
    JobReport,
    JobStatus,
    may_become,
)

statuses = st.sampled_from(JobStatus)


@given(statuses, st.lists(statuses))
def test_a_final_state_never_changes_whatever_is_reported(
    first: JobStatus, reports: list[JobStatus]
) -> None:
    state, ended = first, []

    for report in reports:
        if may_become(state, report):
            state = report
        if state in FINAL:
            ended.append(state)

    assert len(set(ended)) <= 1


@given(statuses)
def test_a_job_that_ganeti_knows_is_never_in_doubt_again(old: JobStatus) -> None:
    doubtful = [new for new in WITHOUT_ID if may_become(old, new)]

    assert not doubtful or old in WITHOUT_ID


def test_every_state_is_either_final_or_not() -> None:
    assert set(JobStatus) == FINAL | UNFINISHED
    assert not FINAL & UNFINISHED


@pytest.mark.parametrize("status", ["queued", "waiting", "running", "canceling"])
def test_ganetis_states_before_the_end_are_ours(status: str) -> None:
    report = JobReport.from_rapi({"id": 7, "status": status})

    assert report.status in UNFINISHED


def test_a_job_that_is_gone_has_no_status() -> None:
    report = JobReport.from_rapi(
        dict.fromkeys(("status", "opresult", "oplog", "end_ts", "ops")) | {"id": 7}
    )

    assert report == JobReport(7, None)


def test_an_id_of_old_versions_is_text() -> None:
    assert JobReport.from_rapi({"id": "7", "status": "queued"}).id == 7


@pytest.mark.parametrize(
    ("opresult", "message"),
    [
        ([["OpPrereqError", ["No &quot;web1&quot;", "wrong"]]], 'No "web1"'),
        ([["OpExecError", ["Could not start"]]], "Could not start"),
        ([None, ["OpExecError", ["The second failed"]]], "The second failed"),
        (["just words"], "just words"),
        ([None], ""),
        (None, ""),
        ([[]], ""),
    ],
)
def test_an_error_is_told_in_ganetis_words(opresult: object, message: str) -> None:
    report = JobReport.from_rapi({"id": 7, "status": "error", "opresult": opresult})

    assert report.message == message


def test_a_success_has_no_message() -> None:
    report = JobReport.from_rapi({"id": 7, "status": "success", "opresult": ["text"]})

    assert report.message == ""


def test_log_lines_carry_their_time() -> None:
    oplog = [[[1, [1_700_000_000, 500_000], "message", " hello \n"]], []]

    report = JobReport.from_rapi({"id": 7, "status": "running", "oplog": oplog})

    assert report.log[0].text == "hello"
    assert report.log[0].at.isoformat() == "2023-11-14T22:13:20.500000+00:00"


def test_log_entries_that_are_no_messages_are_left_out() -> None:
    oplog = [[[1, [1_700_000_000, 0], "jqueue-status", ["x"]], None]]

    report = JobReport.from_rapi(
        {"id": 7, "status": "running", "oplog": [oplog[0][:1], None]}
    )

    assert report.log == ()


def test_reasons_of_all_opcodes_are_read() -> None:
    ops = [
        {"reason": [["gnt:user", "ganetimgr:k alice", 1], ["gnt:opcode:x", "", 2]]},
        {},
    ]

    report = JobReport.from_rapi({"id": 7, "status": "running", "ops": ops})

    assert report.reasons == ("ganetimgr:k alice", "")
