from rooms.admin import bans, invites, memberships, requests, rooms  # noqa: F401 -- register themselves
