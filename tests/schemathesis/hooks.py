"""What OpenAPI cannot say of the operations, and what Schemathesis cannot know of the server."""

import itertools
import json
import os
import re
import time

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import IgnoredAuth, RejectedPositiveData

API = os.environ["HERALD_URL"] + "/api/v1"

# each category once; and quiet hours have to end
PREFERENCES = {("mutes[].category", "contradiction"), ("quiet_hours.end", "contradiction")}

TEMPLATES = {(part, rule) for part in ("subject", "text", "html") for rule in ("too_long", "format")}

# Rules that a schema cannot state: a request may be valid by its schema, and still break one.
RULES = {
    # the limit is of bytes, a schema's of characters
    "POST /api/v1/auth/register": {("password", "too_long")},
    "POST /register": {("password", "too_long")},
    # what is read has been seen; null is absent, and something must be asked for
    "PATCH /api/v1/notifications/{id}": {("seen", "contradiction"), ("body", "required")},
    "PATCH /api/v1/admin/users/{id}": {("body", "required")},
    "PATCH /api/v1/admin/topics/{topic}": {("body", "required")},
    "PUT /api/v1/preferences": PREFERENCES,
    "POST /api/v1/preferences/preview": PREFERENCES,
    # the limit is of bytes; and not every text is a template
    "PUT /api/v1/admin/templates": TEMPLATES,
    "POST /api/v1/admin/templates/preview": TEMPLATES | {("notification.data", "too_long")},
}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    operation = case.operation.label
    if isinstance(failure, AcceptedNegativeData) and response.status_code == 413:
        # too many are too much, too
        return False
    if isinstance(failure, RejectedPositiveData):
        broken = {
            (re.sub(r"\[\d+\]", "[]", error["field"]), error["rule"])
            for error in response.json()["errors"]
        }
        return not broken or not broken <= RULES.get(operation, set())
    if isinstance(failure, AcceptedNegativeData) and operation.endswith("/batch"):
        # one that is refused does not stop the others: its problem is in its place
        return all("error" not in result for result in response.json()["results"])
    if isinstance(failure, IgnoredAuth) and operation == "GET /api/v1/stream":
        # it knows tickets that were drawn, and one of those is as good as a token
        return not str((case.query or {}).get("ticket", "")).startswith("ht_")
    return True


class Person:
    """One of those whom the script `run` logged in."""

    def __init__(self, entry):
        self.name = entry["name"]
        self.headers = {header["name"]: header["value"] for header in entry["fixedHeaders"]}
        self.id = self.get("/me")["id"]

    def get(self, path):
        return requests.get(API + path, headers=self.headers, timeout=10).json()

    def tell_oneself(self):
        body = {"to": {"user": self.id}, "message": "for a test"}
        sent = requests.post(f"{API}/notifications", json=body, headers=self.headers, timeout=10)
        return sent.json()["id"]

    def subscribe_to_something(self):
        topic = f"topic-{next(KEYS)}"
        requests.post(f"{API}/admin/topics", json={"name": topic, "open": True},
                      headers=ADMIN.headers, timeout=10).raise_for_status()
        requests.put(f"{API}/topics/{topic}/subscription", headers=self.headers,
                     timeout=10).raise_for_status()
        return topic

    def another_login(self):
        body = {"username": self.name, "password": f"{self.name}-password"}
        tokens = requests.post(f"{API}/auth/login", json=body, timeout=10).json()
        return "Bearer " + tokens["access_token"]


with open(os.environ["HERALD_PEOPLE"]) as file:
    PEOPLE = [Person(entry) for entry in json.load(file)["auth"]]
ANNA, OTTO, ADMIN = PEOPLE

# a topic that is there whatever else comes and goes
SUBJECT = "a-subject"
requests.post(f"{API}/admin/topics", json={"name": SUBJECT, "open": True}, headers=ADMIN.headers,
              timeout=10).raise_for_status()

KEYS = itertools.count()

# keys of a browser (RFC 8291, section 5), for not every text is a point of the curve
BROWSER = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def ask(method, path, body=None, person=None):
    headers = (person or ADMIN).headers
    answer = requests.request(method, API + path, json=body, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json()


def eventually(what):
    """What is there after a while."""
    for _ in range(100):
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it does not come")


# by this channel nothing goes out, so that there are dead letters
FAILS = "sms"
ask("PUT", f"/admin/sandbox/{FAILS}", {"mode": "permanent"})


def dead_letter():
    body = {"to": {"user": "nobodys-choice"}, "message": "for a test", "channels": [FAILS]}
    sent = ask("POST", "/notifications", body)["id"]
    path = f"/admin/dead-letters?notification={sent}"
    return eventually(lambda: ask("GET", path)["items"])[0]["id"]


def unsubscribe_token():
    body = {"to": {"user": "nobodys-choice"}, "message": "for a test", "channels": ["email"]}
    ask("POST", "/notifications", body)
    path = "/admin/sandbox/messages?channel=email"
    given = eventually(lambda: ask("GET", path)["items"])[0]
    return given["message"]["unsubscribe_url"].partition("token=")[2]


# a dead letter that nobody begins anew or gives up, and a link that goes on being good
DEAD_LETTER = dead_letter()
TOKEN = unsubscribe_token()


def endpoint(person, is_webhook):
    address = {"channel": "push", "token": "for-a-test"}
    if is_webhook:
        address = {"channel": "webhook", "url": "https://hooks.example.com/for-a-test"}
    return ask("POST", "/endpoints", address, person)["id"]


def make_room(person):
    """A user has a few endpoints only."""
    for one in ask("GET", "/endpoints", person=person)["items"][10:]:
        requests.delete(f"{API}/endpoints/{one['id']}", headers=person.headers, timeout=10)


def make_registrable(body):
    if "keys" in body:
        body["keys"] = dict(BROWSER)
    for field in ("endpoint", "url"):
        if field in body:
            body[field] = f"https://hooks.example.com/{next(KEYS)}"


def make_suppressible(body):
    number = next(KEYS)
    is_email = body["channel"] == "email"
    body["address"] = f"user-{number}@example.com" if is_email else f"+4915{number:08}"

# the example of a page, whose password is not that of this server
PRINTED_LOGIN = {"username": "admin", "password": "password"}


def make_sendable(draft, is_looked_for):
    """What is sent must not have expired, and its users have no id or name of one who registered."""
    if draft.get("expires_at"):
        draft["expires_at"] = "2099-12-31T23:59:59Z"
    to = draft["to"]
    if is_looked_for:
        # what follows asks for it in one of these inboxes
        draft["to"] = {"users": [ANNA.id, OTTO.id]}
    elif "user" in to:
        to["user"] = foreign(to["user"])
    elif "users" in to:
        to["users"] = [foreign(user) for user in to["users"]]
    elif "topic" in to:
        to["topic"] = SUBJECT


def foreign(user):
    return ("application:" + user)[:128]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Asks for what is there, so that more is tried than refusals."""
    if case.operation.label == "POST /api/auth/login" and case.body == PRINTED_LOGIN:
        case.body = {"username": "admin", "password": "admin-password"}
    if case.operation.label in ("GET /unsubscribe", "POST /unsubscribe"):
        if case.query and not case.meta.generation.mode.is_negative:
            case.query["token"] = TOKEN
        return
    token = (case.headers or {}).get("Authorization")
    person = next((one for one in PEOPLE if one.headers["Authorization"] == token), None)
    if person is None or case.meta is None:
        return
    operation, query = case.operation.label, case.query or {}
    if operation == "POST /api/v1/auth/logout":
        # a login ends but once, and the others are needed
        case.headers["Authorization"] = person.another_login()
    elif case.meta.generation.mode.is_negative:
        return
    elif operation == "PATCH /api/v1/admin/users/{id}":
        # there must remain an administrator
        if case.path_parameters["id"] == ADMIN.id:
            case.path_parameters["id"] = ANNA.id
    elif operation == "GET /api/v1/notifications/changes":
        query["since"] = 0
        if "epoch" in query:
            query["epoch"] = person.get("/notifications/changes?since=0")["epoch"]
    elif operation.startswith("GET ") and "cursor" in query:
        # what such a list answers; a page is not named twice
        query["cursor"] = "MTo3"
        query.pop("page", None)
    elif operation in ("POST /api/v1/notifications", "POST /api/v1/notifications/batch"):
        # to others sends the administrator
        case.headers["Authorization"] = ADMIN.headers["Authorization"]
        if "Idempotency-Key" in case.headers:
            # a key means one request
            case.headers["Idempotency-Key"] = f"key-{next(KEYS)}"
        for draft in case.body.get("notifications", [case.body]):
            make_sendable(draft, case.meta.phase.name == TestPhase.STATEFUL)
    elif operation in ("PUT /api/v1/preferences", "POST /api/v1/preferences/preview"):
        if case.body.get("quiet_hours"):
            # not every text is a time zone
            case.body["quiet_hours"]["time_zone"] = "Europe/Berlin"
    elif operation == "POST /api/v1/endpoints":
        make_room(person)
        make_registrable(case.body)
    elif "/endpoints/{id}" in operation and case.meta.phase.name != TestPhase.STATEFUL:
        case.path_parameters["id"] = endpoint(person, operation.endswith("/rotate-secret"))
    elif operation == "POST /api/v1/admin/suppressions":
        make_suppressible(case.body)
    elif operation == "PUT /api/v1/admin/sandbox/{channel}":
        if case.path_parameters["channel"] == FAILS:
            case.path_parameters["channel"] = "email"
    elif operation == "GET /api/v1/admin/dead-letters/{id}":
        case.path_parameters["id"] = DEAD_LETTER
    elif operation == "GET /api/v1/admin/deliveries/{id}":
        case.path_parameters["id"] = DEAD_LETTER
    elif "/admin/dead-letters/{id}" in operation:
        case.path_parameters["id"] = dead_letter()
    elif operation == "POST /api/v1/admin/dead-letters/redrive":
        # the others are looked for
        case.body["user"] = "nobody"
    elif operation == "DELETE /api/v1/topics/{topic}/subscription":
        case.path_parameters["topic"] = person.subscribe_to_something()
    elif operation in ("POST /notify", "POST /notifications/", "POST /api/notifications/create"):
        # of those who registered, only some exist
        case.headers["Authorization"] = ADMIN.headers["Authorization"]
        case.body["user_id"] = foreign(str(case.body["user_id"]))
    elif operation == "POST /api/notifications/send":
        case.headers["Authorization"] = ADMIN.headers["Authorization"]
    elif operation.startswith("POST /api/broadcast/"):
        # an envelope is one message
        case.headers["Authorization"] = ADMIN.headers["Authorization"]
        case.body["id"] = f"envelope-{next(KEYS)}"
    elif operation in ("GET /notifications", "GET /api/notifications/list"):
        if "user_id" in query:
            query["user_id"] = person.id
    elif operation == "GET /api/notifications/{id}":
        case.path_parameters["id"] = person.id
    elif "/api/notifications/{id}" in operation and case.meta.phase.name != TestPhase.STATEFUL:
        # a text, for it may also be that of an envelope
        case.path_parameters["id"] = str(person.tell_oneself())
    elif "{user_id}" in operation:
        case.path_parameters["user_id"] = person.id
        if "{index}" in operation:
            case.path_parameters["index"] = 0
            person.tell_oneself()
    elif operation == "GET /api/v1/notifications/{id}/trace":
        case.path_parameters["id"] = person.tell_oneself()
        if "user" in query:
            query["user"] = person.id
    elif "/notifications/{id}" in operation and case.meta.phase.name != TestPhase.STATEFUL:
        case.path_parameters["id"] = person.tell_oneself()
