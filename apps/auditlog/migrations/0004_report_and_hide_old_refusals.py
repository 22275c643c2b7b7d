from django.db import migrations
from django.db.models import F

# Why, of what somebody may not know of, as entries had it until now.
HIDDEN = [
    "This machine is not theirs.",
    "This application is not theirs.",
    "The link was mailed to somebody else.",
]


def report_and_hide(apps, schema_editor):
    """Take old refusals for told, and those of hidden objects for staff's only."""
    refused = apps.get_model("auditlog", "AuditEntry").objects.filter(refused=True)
    refused.filter(reported_at=None).update(reported_at=F("created_at"))
    refused.filter(detail__in=HIDDEN).update(hidden=True)


class Migration(migrations.Migration):

    dependencies = [("auditlog", "0003_refusals_are_counted")]

    operations = [migrations.RunPython(report_and_hide, migrations.RunPython.noop)]
