"""What OpenAPI cannot say of the operations, and what Schemathesis cannot know of the server."""

import json
import os

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.generation.meta import TestPhase
from schemathesis.openapi.checks import RejectedPositiveData

API = os.environ["HERALD_URL"] + "/api/v1"

# Rules that a schema cannot state: a request may be valid by its schema, and still break one.
RULES = {
    # the limit is of bytes, a schema's of characters
    "POST /api/v1/auth/register": {("password", "too_long")},
    # what is read has been seen; null is absent, and something must be asked for
    "PATCH /api/v1/notifications/{id}": {("seen", "contradiction"), ("body", "required")},
    "PATCH /api/v1/admin/users/{id}": {("body", "required")},
    # it must be in the future; an id of digits alone must be one that registering gave
    "POST /api/v1/notifications": {("expires_at", "out_of_range"), ("to", "unknown")},
}

# An idempotency key means one request, and Schemathesis sends several under the same.
KEYED = {"POST /api/v1/notifications", "POST /api/v1/notifications/batch"}


@schemathesis.hook
def filter_failure(context, failure, case, response):
    operation = case.operation.label
    if isinstance(failure, RejectedPositiveData):
        problem = response.json()
        if operation in KEYED and problem["code"] == "idempotency_key_reused":
            return False
        broken = {(error["field"], error["rule"]) for error in problem["errors"]}
        return not broken or not broken <= RULES.get(operation, set())
    if isinstance(failure, AcceptedNegativeData) and operation.endswith("/batch"):
        # one that is refused does not stop the others: its problem is in its place
        return all("error" not in result for result in response.json()["results"])
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

    def another_login(self):
        body = {"username": self.name, "password": f"{self.name}-password"}
        tokens = requests.post(f"{API}/auth/login", json=body, timeout=10).json()
        return "Bearer " + tokens["access_token"]


with open(os.environ["HERALD_PEOPLE"]) as file:
    PEOPLE = [Person(entry) for entry in json.load(file)["auth"]]
ANNA, OTTO, ADMIN = PEOPLE


@schemathesis.hook
def before_call(context, case, kwargs):
    """Asks for what is there, so that more is tried than refusals."""
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
    elif operation == "GET /api/v1/notifications" and "cursor" in query:
        # what the list answered; a page is not named twice
        query["cursor"] = "MTo3"
        query.pop("page", None)
    elif operation == "POST /api/v1/notifications":
        # to others sends the administrator; what follows asks for it in one of these inboxes
        case.headers["Authorization"] = ADMIN.headers["Authorization"]
        if case.meta.phase.name == TestPhase.STATEFUL:
            case.body["to"] = {"users": [ANNA.id, OTTO.id]}
    elif "/notifications/{id}" in operation and case.meta.phase.name != TestPhase.STATEFUL:
        case.path_parameters["id"] = person.tell_oneself()
