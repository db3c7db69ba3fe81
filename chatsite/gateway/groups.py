"""The names of the channel layer's groups; nobody else knows them."""

HUBS = "hubs"  # every process


def room(room_id: int) -> str:
    return f"room.{room_id}"


def user(user_id: int) -> str:
    return f"user.{user_id}"
