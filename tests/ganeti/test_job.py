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
def test_an_error_is_told_in_ganetis_words(opresult: object, message: str) -> None:
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
def test_whatever_ganeti_says_of_a_job_is_read_and_can_be_kept(
    row: dict[str, object],
) -> None:
    report = JobReport.from_rapi(row)

    kept = "\n".join((report.message, *(line.text for line in report.log)))
    assert 0 <= report.id < 2**63
    assert "\0" not in kept.encode().decode()


@given(JSON, st.sampled_from(["error", "success", "archiving"]))
def test_any_result_of_a_job_that_failed_is_read(result: object, status: str) -> None:
    row = {"id": 7, "status": status, "opresult": result, "end_ts": result}

    assert JobReport.from_rapi(row).id == 7


def test_a_result_of_any_depth_is_read() -> None:
    deep: list[object] = ["the reason"]
    for _ in range(900):
        deep = [deep]

    JobReport.from_rapi({"id": 7, "status": "error", "opresult": deep})


def test_a_job_of_an_unknown_status_is_followed_on_until_it_has_ended() -> None:
    going = JobReport.from_rapi({"id": 7, "status": "archiving", "end_ts": None})
    over = JobReport.from_rapi({"id": 7, "status": "archiving", "end_ts": [1.7e9, 0]})

    assert going.status is None
    assert over.status is JobStatus.LOST
    assert "archiving" in over.message


@pytest.mark.parametrize(
    "stamp", [[1e18, 0], [float("nan"), 0], [1, 2, 3], ["1", 2], 7, {}, [10**400, 0]]
)
def test_a_time_that_is_none_is_left_out(stamp: object) -> None:
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
