"""A mail server that does as it is told, by aiosmtpd.

Its only argument is a JSON object: `tls` (none, starttls, implicit), `certificate`, `key`, `login` (as whom one
must log in, or null). It reads one JSON object a line: `at` (MAIL, RCPT, DATA) and `do` (a reply, "hang", "dawdle"
or "drop"), or neither, to take everything; each is answered by the event "told". Whatever happens is one JSON
object a line, too.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

OPTIONS = json.loads(sys.argv[1])
told = {"at": None, "do": None}


def say(event, **more):
    print(json.dumps({"event": event, **more}), flush=True)


async def obey(server, at):
    """What was told of this command, if anything."""
    if told["at"] != at:
        return None
    if told["do"] == "drop":
        server.transport.abort()
        await asyncio.sleep(3600)
    if told["do"] == "hang":
        say("in hand")
        await asyncio.sleep(3600)
    if told["do"] == "dawdle":
        try:
            await asyncio.sleep(0.6)
        finally:
            # or nobody waits any more
            say("late")
        return None
    return told["do"]


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await obey(server, "MAIL") or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return await obey(server, "RCPT") or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        reply = await obey(server, "DATA")
        if reply:
            return reply
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        body = lambda kind: (part := mail.get_body((kind,))) and part.get_content().replace("\r\n", "\n")
        say(
            "mail",
            connection=session.peer[1],
            secret=session.ssl is not None or OPTIONS["tls"] == "implicit",
            login=session.auth_data and session.auth_data.login.decode(),
            mail_from=envelope.mail_from,
            mail_options=envelope.mail_options,
            rcpt_tos=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in mail.items()],
            kinds=[part.get_content_type() for part in mail.walk()],
            text=body("plain"),
            html=body("html"),
            defects=[str(defect) for part in mail.walk() for defect in part.defects],
            longest=max(len(line) for line in envelope.content.split(b"\r\n")),
            ascii=envelope.content.isascii(),
            bare=b"\r" in (rest := envelope.content.replace(b"\r\n", b"")) or b"\n" in rest,
        )
        return "250 2.0.0 Ok: queued as 4F3A"


def authenticate(server, session, envelope, mechanism, data):
    known = OPTIONS["login"] == [data.login.decode(), data.password.decode()]
    if known:
        session.auth_data = data
    say("login", mechanism=mechanism, known=known)
    return AuthResult(success=known, handled=False, auth_data=data)


def protocol():
    context = None
    if OPTIONS["tls"] != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(OPTIONS["certificate"], OPTIONS["key"])
    starttls = OPTIONS["tls"] == "starttls"
    smtp = lambda: SMTP(
        Handler(),
        hostname="mx.example.com",
        enable_SMTPUTF8=OPTIONS.get("utf8", True),
        tls_context=context if starttls else None,
        require_starttls=starttls,
        authenticator=authenticate,
        auth_required=OPTIONS["login"] is not None,
        auth_require_tls=starttls,
        auth_exclude_mechanism=OPTIONS.get("without", []),
    )
    return smtp, None if starttls else context


async def main():
    loop = asyncio.get_running_loop()
    factory, context = protocol()
    server = await loop.create_server(factory, "127.0.0.1", 0, ssl=context)
    say("listening", port=server.sockets[0].getsockname()[1])
    lines = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := await lines.readline():
        told.update(at=None, do=None)
        told.update(json.loads(line))
        say("told")


asyncio.run(main())
