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
def test_a_final_state_never_changes(
    first: JobStatus, reports: list[JobStatus]
) -> None:
    state, final_states = first, []

    for report in reports:
        if may_become(state, report):
            state = report
        if state in FINAL:
            final_states.append(state)

    assert len(set(final_states)) <= 1


@given(statuses)
def test_a_job_with_an_id_is_never_in_doubt_again(status: JobStatus) -> None:
    doubtful = [
        next_status for next_status in WITHOUT_ID if may_become(status, next_status)
    ]

    assert not doubtful or status in WITHOUT_ID


def test_every_state_is_final_or_unfinished() -> None:
    assert set(JobStatus) == FINAL | UNFINISHED
    assert not FINAL & UNFINISHED


@pytest.mark.parametrize("status", ["queued", "waiting", "running", "canceling"])
def test_ganetis_states_before_the_end_are_unfinished(status: str) -> None:
    report = JobReport.from_rapi({"id": 7, "status": status})

    assert report.status in UNFINISHED


def test_a_job_unknown_to_ganeti_has_no_status() -> None:
    report = JobReport.from_rapi(
        dict.fromkeys(("status", "opresult", "oplog", "end_ts", "ops")) | {"id": 7}
    )

    assert report == JobReport(7, None)


def test_an_id_may_be_text() -> None:
    assert JobReport.from_rapi({"id": "7", "status": "queued"}).id == 7


@pytest.mark.parametrize(
    ("opresult", "message"),
    [
        (
            [["OpPrereqError", ["No &quot;web1&quot;", "wrong_state"]]],
            'No "web1"',
        ),
        ([["OpPrereqError", ["One", "two", {"three": [4]}]]], "One: two: three=4"),
        ([["OpExecError", ["Could not start"]]], "Could not start"),
        ([None, ["OpExecError", ["The second failed"]]], "The second failed"),
        (
            [["HooksAbort", [[["node1", "hook", "quota exceeded"]]]]],
            "A hook stopped it: node1: hook: quota exceeded",
        ),
        (
            [["HooksAbort", [[["n1", "a", "no"], ["n2", "b", "never"]]]]],
            "A hook stopped it: n1: a: no; n2: b: never",
        ),
        (
            [["ResolverError", [["web1", -2, "Name not known"]]]],
            "A name couldn't be resolved: web1: -2: Name not known",
        ),
        ([["LockError", []]], "Ganeti couldn't acquire its locks"),
        ([["NewError", ["Something", 7, None]]], "NewError: Something: 7"),
        ([["NewError", "no list"]], "NewError: no list"),
        (
            [["node1", "node2"], ["OpExecError", ["The second failed"]]],
            "The second failed",
        ),
        (["just words"], "just words"),
        ("no list at all", "no list at all"),
        ([None], ""),
        (None, ""),
        ([[]], ""),
    ],
)
def test_an_error_has_ganetis_message(opresult: object, message: str) -> None:
    report = JobReport.from_rapi({"id": 7, "status": "error", "opresult": opresult})

    assert report.message == message


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]))
    | st.sampled_from(["error", "success", "running", "archiving", "message", 1e18]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
FIELDS = ("id", "status", "opresult", "oplog", "ops", "summary", "end_ts")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, JSON)))
def test_arbitrary_fields_are_read_and_can_be_stored(
    row: dict[str, object],
) -> None:
    report = JobReport.from_rapi(row)

    stored_text = "\n".join((report.message, *(line.text for line in report.log)))
    assert 0 <= report.id < 2**63
    assert "\0" not in stored_text.encode().decode()


@given(JSON, st.sampled_from(["error", "success", "archiving"]))
def test_arbitrary_results_are_read(result: object, status: str) -> None:
    row = {"id": 7, "status": status, "opresult": result, "end_ts": result}

    assert JobReport.from_rapi(row).id == 7


def test_a_deeply_nested_result_is_read() -> None:
    deep: list[object] = ["the reason"]
    for _ in range(900):
        deep = [deep]

    JobReport.from_rapi({"id": 7, "status": "error", "opresult": deep})


def test_a_job_of_unknown_status_is_lost_when_it_has_ended() -> None:
    unfinished = JobReport.from_rapi({"id": 7, "status": "archiving", "end_ts": None})
    ended = JobReport.from_rapi({"id": 7, "status": "archiving", "end_ts": [1.7e9, 0]})

    assert unfinished.status is None
    assert ended.status is JobStatus.LOST
    assert "archiving" in ended.message


@pytest.mark.parametrize(
    "stamp", [[1e18, 0], [float("nan"), 0], [1, 2, 3], ["1", 2], 7, {}, [10**400, 0]]
)
def test_an_invalid_time_is_left_out(stamp: object) -> None:
    oplog = [[[1, stamp, "message", "hello"]]]

    report = JobReport.from_rapi(
        {"id": 7, "status": "success", "end_ts": stamp, "oplog": oplog}
    )

    assert report.ended_at is None
    assert report.log[0].text == "hello"


def test_a_success_has_no_message() -> None:
    report = JobReport.from_rapi({"id": 7, "status": "success", "opresult": ["text"]})

    assert report.message == ""


def test_log_lines_carry_their_time() -> None:
    oplog = [[[1, [1_700_000_000, 500_000], "message", " hello \n"]], []]

    report = JobReport.from_rapi({"id": 7, "status": "running", "oplog": oplog})

    assert report.log[0].text == "hello"
    assert report.log[0].at.isoformat() == "2023-11-14T22:13:20.500000+00:00"


def test_other_log_entries_than_messages_are_left_out() -> None:
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
