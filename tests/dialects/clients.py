"""Each system's own client: its login, its socket, and a notification that arrives there."""

import json
import sys
import time
import urllib.error
import urllib.request

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

URL = sys.argv[1]
SOCKETS = URL.replace("http", "ws", 1)


def call(method, path, body=None, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(URL + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def hear(socket):
    return json.loads(socket.recv(timeout=10))


def say(socket, message):
    socket.send(json.dumps(message))


def naive(time):
    date, clock = time.split("T")
    assert len(date) == 10 and len(clock) == len("10:30:00.123456"), time


# 000: register, log in, a socket, an event, the list, read
user = call("POST", "/register", {"username": "alice", "password": "wonderland"})
token = call("POST", "/login", {"username": "alice", "password": "wonderland"})["access_token"]
me = user["id"]
assert isinstance(me, int), user
with connect(f"{SOCKETS}/ws?token={token}") as socket:
    sent = call("POST", "/notify", {"user_id": me, "message": "Task created"}, token)
    assert hear(socket) == {"id": sent["id"], "message": "Task created", "read": False} == sent
assert call("GET", f"/notifications?user_id={me}&page=1&limit=10", token=token) == [sent]
assert call("PUT", f"/notifications/{sent['id']}/read", token=token) == {**sent, "read": True}

# 001: the login with its type, a heartbeat, the test notification, an ack
credentials = {"username": "admin", "password": "admin-password"}
login = call("POST", "/api/auth/login", credentials)
assert login["token_type"] == "bearer", login
admin = login["access_token"]
with connect(f"{SOCKETS}/api/ws?token={token}") as socket:
    say(socket, {"type": "heartbeat"})
    assert hear(socket) == {"type": "heartbeat_ack"}
    body = {
        "title": "Test Notification", "message": "This is a test notification!",
        "priority": "high", "category": "test",
    }
    answer = call("POST", "/api/notifications/send", body, admin)
    assert answer == {"message": "Notification sent successfully"}
    frame = hear(socket)
    assert frame["type"] == "notification" and frame["priority"] == "high", frame
    assert body.items() <= frame.items() and frame["read"] is False, frame
    say(socket, {"type": "ack", "id": frame["id"]})

# 002: a broadcast to a role arrives in its envelope
payload = {
    "id": "notif_1746245726.463395", "title": "Admin Alert",
    "message": "System maintenance will be performed tonight", "type": "warning",
    "created_at": "2025-05-03T11:15:26.463425", "read": False,
    "data": {"topic": "system_maintenance"},
}
envelope = {"id": payload["id"], "type": "notification", "payload": payload}
with connect(
    f"{SOCKETS}/ws/notifications", additional_headers={"Authorization": f"Bearer {admin}"}
) as socket:
    for _ in range(2):
        answer = call("POST", "/api/broadcast/role/admin", envelope, admin)
        assert answer == {"status": "success", "message": "Message broadcasted to role admin"}
    frame = hear(socket)
    naive(frame["payload"]["created_at"])
    frame["payload"]["created_at"] = payload["created_at"]
    assert frame == envelope, frame
    say(socket, {"type": "read", "id": frame["id"]})
    say(socket, {"type": "heartbeat"})
    assert hear(socket) == {"type": "heartbeat_ack"}, "the envelope is sent once"

# 003 and 004 have no socket of their own; what they send arrives at the others
with connect(f"{SOCKETS}/ws?token={token}") as socket:
    body = {"user_id": me, "notif_type": "email", "content": "Welcome to the platform!"}
    sent = call("POST", "/notifications/", body, admin)
    assert sent == {**body, "id": sent["id"], "status": "pending"}, sent
    assert hear(socket)["message"] == "Welcome to the platform!"
    listed = lambda: call("GET", f"/users/{me}/notifications", token=token)[0]
    until = time.monotonic() + 30
    while listed() == sent and time.monotonic() < until:
        time.sleep(0.05)
    assert listed() == {**sent, "status": "sent"}, listed()
    body = {"user_id": me, "content": "Your order has been shipped!"}
    created = call("POST", "/api/notifications/create", body, admin)
    naive(created["timestamp"])
    assert created == {**body, "timestamp": created["timestamp"], "is_read": False}
    assert hear(socket)["message"] == "Your order has been shipped!"
    unread = call("GET", f"/api/notifications/unread-count/{me}", token=token)["unread_count"]
    done = call("POST", f"/api/notifications/mark-read/{me}/0", token=token)
    assert done == {"ok": True, "message": "Notification marked as read"}
    count = call("GET", f"/api/notifications/unread-count/{me}", token=token)
    assert count == {"user_id": me, "unread_count": unread - 1}

# who shows no token, or a wrong one, gets no socket
for path in ["/ws", "/api/ws", "/ws/notifications"]:
    for query in ["", "?token=none"]:
        try:
            connect(f"{SOCKETS}{path}{query}").close()
            raise AssertionError(f"{path}{query} was opened")
        except InvalidStatus as refused:
            assert refused.response.status_code == 401, refused
try:
    call("GET", f"/users/{me}/notifications", token=admin)
    raise AssertionError("another's inbox was shown")
except urllib.error.HTTPError as refused:
    assert refused.code == 404, refused

print("the clients of all five systems are served")
