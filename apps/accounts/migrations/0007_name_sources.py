from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0006_fill_mailboxes'),
    ]

    operations = [
        migrations.CreateModel(
            name='NameSource',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('told', models.BooleanField(default=False)),
            ],
        ),
    ]
