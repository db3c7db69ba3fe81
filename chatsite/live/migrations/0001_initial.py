import django.utils.timezone
from django.db import migrations, models

import chatsite.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Override",
            fields=[
                ("name", chatsite.fields.ExactCharField(max_length=40, primary_key=True, serialize=False)),
                ("value", models.JSONField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_by_id", models.BigIntegerField()),
            ],
        ),
    ]
