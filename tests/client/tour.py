"""The tour of the README, by a client that was made from the document."""

import sys

from herald_client import ApiClient, ApiException, Configuration
from herald_client.api import AdminApi, AuthApi, NotificationsApi
from herald_client.models import (
    ApiKeyRequest, Audience, Credentials, Kind, NotificationRequest, OneUser, Registration, Scope,
)


def client(token=None):
    return ApiClient(Configuration(host=sys.argv[1], access_token=token))


def login(username, password):
    tokens = AuthApi(client()).login(Credentials(username=username, password=password))
    assert tokens.token_type == "bearer" and tokens.expires_in > 0
    return client(tokens.access_token)


def request(user, **content):
    return NotificationRequest(to=Audience(OneUser(user=user)), **content)


user = AuthApi(client()).register(Registration(username="alice", password="wonderland"))
alice = login("alice", "wonderland")
me = AuthApi(alice).get_me()
assert me.id == user.id and me.username == "alice" and me.email is None

inbox = NotificationsApi(alice)
build = request(
    me.id, title="Build finished", message="main is green", kind=Kind.SUCCESS, data={"run": 7}
)
receipt = inbox.send_notification(build, idempotency_key="build-7")
assert receipt.recipients == 1
assert inbox.send_notification(build, idempotency_key="build-7") == receipt

page = inbox.list_notifications()
assert [item.id for item in page.items] == [receipt.id] and page.unread == 1
assert page.items[0].title == "Build finished" and page.items[0].data == {"run": 7}
assert page.items[0].read_at is None and page.next_cursor is None
assert inbox.mark_read(receipt.id).read_at is not None
assert inbox.count_notifications().unread == 0
inbox.delete_notification(receipt.id)
assert inbox.list_notifications(status="all").items == []
assert inbox.list_changes(since=0).deleted == [receipt.id]

admin = AdminApi(login("admin", "admin-password"))
key = admin.create_api_key(ApiKeyRequest(name="ci-bot", scopes=[Scope.SEND]))
service = NotificationsApi(client(key.key))
assert service.send_notification(request(me.id, message="maintenance tonight")).recipients == 1
assert inbox.list_notifications().items[0].sender == "ci-bot"
assert [known.id for known in admin.list_api_keys().items] == [key.id]
admin.revoke_api_key(key.id)
try:
    service.send_notification(request(me.id, message="once more"))
    raise AssertionError("a key that was revoked is refused")
except ApiException as error:
    assert error.status == 401, error
print("the tour by a generated client: done")
