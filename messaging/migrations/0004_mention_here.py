from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0003_words'),
    ]

    operations = [
        migrations.AddField(
            model_name='mention',
            name='here',
            field=models.JSONField(null=True),
        ),
        migrations.AddField(
            model_name='message',
            name='mention_here',
            field=models.BooleanField(default=False),
        ),
    ]
