"""Installations of other chats moved over: read there, judged row by row, written by the services."""
