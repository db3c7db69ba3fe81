"""Counts of days are a memory: what they held for UTC is counted anew for whoever looks."""

from django.db import migrations, models

import chatsite.fields


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0006_report_handling'),
    ]

    operations = [
        migrations.DeleteModel(name='MessageDay'),
        migrations.CreateModel(
            name='MessageDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('zone', chatsite.fields.ExactCharField(max_length=64)),
                ('day', models.DateField()),
                ('messages', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('zone', 'day'), name='message_day_once')],
            },
        ),
    ]
