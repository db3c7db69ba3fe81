"""Getting in, staying in, getting out."""

import pytest

from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db


def test_smoke(api):
    answer = api.post("/api/auth/register", {"username": "ann", "email": "a@x.org", "password": PASSWORD})
    assert answer.status_code == 201, answer.content
    signed_in = answer.json()
    assert api.by(make_user()).get("/api/auth/verify").status_code == 200
    r = api.post("/api/auth/refresh", {"refresh": signed_in["refresh"]})
    assert r.status_code == 200
    print(signed_in, r.json())
