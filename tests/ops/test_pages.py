"""The admin has sessions and CSRF tokens; the API knows neither."""

import pytest
from django.test import Client

from tests.factories import make_user

pytestmark = pytest.mark.django_db


def test_the_admin_takes_no_form_without_its_token() -> None:
    answer = Client(enforce_csrf_checks=True).post("/admin/login/", {"username": "ann", "password": "x"})
    assert answer.status_code == 403


def test_a_session_of_the_admin_opens_no_api() -> None:
    client = Client()
    client.force_login(make_user("ann", is_staff=True, is_superuser=True))
    assert client.get("/admin/").status_code == 200
    assert client.get("/api/users/me").status_code == 401
