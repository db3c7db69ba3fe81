"""What is over is deleted, once for all processes; what still counts stays."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils.timezone import now

from accounts.models import RegistrationInvite, Session
from chatsite import chores
from rooms.models import Ban, Invite, Membership, RoomCounter
from tests.conftest import Api
from tests.factories import make_room, make_user, sign_in
from tests.people import Listen

pytestmark = pytest.mark.django_db
LONG_AGO = now() - timedelta(days=400)
JUST_NOW = now() - timedelta(minutes=5)


def flush() -> str:
    out = StringIO()
    call_command("flush_expired", stdout=out)
    return out.getvalue()


def test_devices_that_are_gone_are_deleted_and_the_others_stay_signed_in(api: Api) -> None:
    ada = make_user()
    token = sign_in(ada)
    for fields in ({"revoked_at": LONG_AGO}, {"last_used_at": LONG_AGO}):
        Session.objects.create(user=ada, **fields)
    heard_of = Session.objects.create(user=ada, revoked_at=JUST_NOW)
    assert "sessions: 2 deleted" in flush()
    assert Session.objects.filter(pk=heard_of.pk).exists(), "other processes still have to hear of it"
    assert Api(token).get("/api/users/me").status_code == 200


def test_bans_that_have_ended_are_deleted_and_the_others_keep_people_out() -> None:
    ada, bob, eve = make_user(), make_user(), make_user()
    room = make_room(ada)
    for person, until in ((bob, JUST_NOW), (eve, None)):
        Ban.objects.create(room_id=room.id, user_id=person.pk, until=until, created_by_id=ada.pk)
    flush()
    assert [ban.user_id for ban in Ban.objects.all()] == [eve.pk]
    assert Api().by(eve).post(f"/api/rooms/{room.id}/join").status_code == 403
    assert Api().by(bob).post(f"/api/rooms/{room.id}/join").status_code == 200


def test_a_mute_that_is_over_ends_for_everybody_to_see_and_only_that_one(published: Listen) -> None:
    ada, bob, eve = make_user(), make_user(), make_user()
    room = make_room(ada, members=[bob, eve])
    for person, until in ((bob, JUST_NOW), (eve, now() + timedelta(days=1))):
        Membership.objects.filter(room_id=room.id, user_id=person.pk).update(muted_until=until)
    before = RoomCounter.objects.get(pk=room.id).version
    with published() as out:
        for _twice in range(2):
            chores.do("mutes")
    ((version, kind, data),) = out.of_room(room.id)
    assert (version, kind, data["member"]["user"]["id"]) == (before + 1, "member_updated", bob.pk)
    assert data["member"]["muted_until"] is None
    ((kind, own),) = out.to(bob.pk)
    assert (kind, own["membership"]["muted_until"]) == ("membership_updated", None)
    assert Membership.objects.get(room_id=room.id, user_id=eve.pk).muted_until is not None


@pytest.mark.parametrize("model", [Invite, RegistrationInvite])
def test_invitations_are_deleted_a_month_after_their_end(model: type[Invite | RegistrationInvite]) -> None:
    ada = make_user()
    own = {"room_id": make_room(ada).id, "created_by_id": ada.pk} if model is Invite else {"created_by": ada}
    over = ({"revoked_at": LONG_AGO}, {"expires_at": LONG_AGO}, {"max_uses": 1, "uses": 1})
    standing = ({}, {"expires_at": JUST_NOW}, {"max_uses": 2, "uses": 1}, {"revoked_at": JUST_NOW})
    for number, fields in enumerate((*over, *standing)):
        model.objects.create(token=f"t{number}", created_at=LONG_AGO, **own, **fields)
    flush()
    assert sorted(model.objects.values_list("token", flat=True)) == ["t3", "t4", "t5", "t6"]
