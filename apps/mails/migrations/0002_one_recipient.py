"""Give each recipient a mail of its own."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def split_mails(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make a row of each line of a mail's recipients; they were joined by "\\n"."""
    mails = apps.get_model("mails", "Mail").objects.using(schema_editor.connection.alias)
    for mail in mails.filter(recipient__contains="\n").iterator():
        written_at = mail.created_at
        first, *others = dict.fromkeys(mail.recipient.split("\n"))
        mails.filter(pk=mail.pk).update(recipient=first)
        for recipient in others:
            mail.pk, mail.recipient = None, recipient
            mail.save(using=schema_editor.connection.alias, force_insert=True)
            # It is written anew, at another time, by auto_now_add.
            mails.filter(pk=mail.pk).update(created_at=written_at)


class Migration(migrations.Migration):
    dependencies = [("mails", "0001_outbox")]

    operations = [
        migrations.RenameField("mail", "recipients", "recipient"),
        migrations.RunPython(split_mails, migrations.RunPython.noop),
    ]
