"""PORT, REDIS_URL, DATABASE_URL (empty: nothing is stored), SECRET."""

import os

import environ

SECRET_KEY = os.environ["SECRET"]
PERSISTS = bool(os.environ.get("DATABASE_URL"))
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["channels", "tests.benchmarks.peers.stock"]
ASGI_APPLICATION = "tests.benchmarks.peers.stock.asgi.application"
DATABASES = {"default": environ.Env.db_url_config(os.environ["DATABASE_URL"])} if PERSISTS else {}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [os.environ["REDIS_URL"]], "prefix": f"stock{os.environ['PORT']}"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True
