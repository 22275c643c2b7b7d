"""Migrating mails of earlier versions."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

OLD_STATE = [("mails", "0001_outbox")]
NEW_STATE = [("mails", "0002_one_recipient")]


@pytest.mark.django_db(transaction=True)
def test_a_mail_to_several_becomes_one_to_each() -> None:
    executor = MigrationExecutor(connection)
    latest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "mails"]
    executor.migrate(OLD_STATE)
    old_model = executor.loader.project_state(OLD_STATE).apps.get_model("mails", "Mail")
    sent_at = timezone.now()
    forged = '"x\x0cme@evil.example\x0c"@uni.example'
    old_model.objects.create(recipients=f"a@example.org\n{forged}", message_id="<1@x>")
    old_model.objects.create(
        recipients="b@example.org", sent_at=sent_at, message_id="<2@x>"
    )
    try:
        executor.loader.build_graph()
        executor.migrate(NEW_STATE)
        new_model = executor.loader.project_state(NEW_STATE).apps.get_model(
            "mails", "Mail"
        )
        rows = set(new_model.objects.values_list("recipient", "message_id", "sent_at"))
    finally:
        executor.loader.build_graph()
        executor.migrate(latest)

    assert rows == {
        ("a@example.org", "<1@x>", None),
        (forged, "<1@x>", None),
        ("b@example.org", "<2@x>", sent_at),
    }
