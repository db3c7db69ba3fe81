import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_statistics")]

    operations = [
        migrations.AddField(
            "report", "outcome", models.CharField(blank=True, default="", max_length=10), preserve_default=False
        ),
        migrations.AddField("report", "taken_by_id", models.BigIntegerField(null=True)),
        migrations.CreateModel(
            name="ReportNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("report_id", models.BigIntegerField()),
                ("by_id", models.BigIntegerField()),
                ("text", models.CharField(max_length=500)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"indexes": [models.Index(fields=["report_id"], name="report_notes")]},
        ),
    ]
