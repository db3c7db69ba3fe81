"""Screens about people: accounts, the devices they are signed in on, invitations to register."""

from accounts.admin import invites, sessions, users  # noqa: F401 -- register themselves
