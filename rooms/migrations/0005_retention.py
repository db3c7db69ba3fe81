from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0004_history_after_seq")]

    operations = [
        migrations.AddField("roomcounter", "purged_seq", models.BigIntegerField(default=0)),
        migrations.AddField("roomcounter", "purged_number", models.BigIntegerField(default=0)),
        migrations.AddIndex("membership", models.Index(fields=["muted_until"], name="membership_muted")),
    ]
