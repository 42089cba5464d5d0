"""Registers, logs in, asks who it is, logs out; one JSON line for each step. Run by python-client.test.ts.

usage: accounts.py HOST PORT CA.pem SCHEMA.binpb USERNAME, the password in EARSHOT_PASSWORD
"""
import json
import os
import sys

from earshot import CallFailed, Connection, Schema

SERVICE = "earshot.accounts.v1.AccountService"


def main():
    host, port, ca, schema, username = sys.argv[1:]
    password = os.environ["EARSHOT_PASSWORD"]
    connection = Connection(host, int(port), ca, Schema(schema))

    def step(name, method, fields, token=None):
        try:
            response = connection.call(SERVICE, method, fields, token)
        except CallFailed as failure:
            tell(name, code=failure.code, details=[described(detail) for detail in failure.details])
            return None
        account = getattr(response, "account", None)
        tell(name, code=0, username=account.username if account else None)
        return response

    step("a short password", "Register", {"username": username, "password": "short"})
    step("register", "Register", {"username": username, "password": password, "request_id": os.urandom(16)})
    step("register again", "Register", {"username": username, "password": password})
    step("a wrong password", "Login", {"username": username, "password": password + "?"})
    token = step("login", "Login", {"username": username, "password": password}).session_token
    step("whoami", "WhoAmI", {}, token)
    step("whoami without a token", "WhoAmI", {})
    step("logout", "Logout", {}, token)
    step("whoami after logout", "WhoAmI", {}, token)
    connection.close()


def described(detail):
    fields = {field.name: str(value) for field, value in detail.ListFields() if field.name != "description"}
    return {"type": detail.DESCRIPTOR.full_name, **fields}


def tell(step, **outcome):
    print(json.dumps({"step": step, **outcome}), flush=True)


main()
