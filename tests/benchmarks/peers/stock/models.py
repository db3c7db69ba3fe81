from django.db import models


class Message(models.Model):
    room_id = models.BigIntegerField(db_index=True)
    sender_id = models.BigIntegerField()
    content = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "stock"
