"""Under /media/avatars/."""

from django.urls import re_path

from accounts.views.pictures import picture

urlpatterns = [re_path(r"^(?P<name>[0-9a-f]{64}\.webp)$", picture, name="avatar")]
