"""Split mails with several recipients into one mail per recipient."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def split_mails(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Create a row for each recipient; recipients were joined by "\\n"."""
    mails = apps.get_model("mails", "Mail").objects.using(schema_editor.connection.alias)
    for mail in mails.filter(recipient__contains="\n").iterator():
        created_at = mail.created_at
        first_recipient, *other_recipients = dict.fromkeys(mail.recipient.split("\n"))
        mails.filter(pk=mail.pk).update(recipient=first_recipient)
        for recipient in other_recipients:
            mail.pk, mail.recipient = None, recipient
            mail.save(using=schema_editor.connection.alias, force_insert=True)
            # auto_now_add has set the current time.
            mails.filter(pk=mail.pk).update(created_at=created_at)


class Migration(migrations.Migration):
    dependencies = [("mails", "0001_outbox")]

    operations = [
        migrations.RenameField("mail", "recipients", "recipient"),
        migrations.RunPython(split_mails, migrations.RunPython.noop),
    ]
