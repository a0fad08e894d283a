"""aiosmtplib and aiosmtpd, in the clear and after STARTTLS."""

from __future__ import annotations

import asyncio
import re
import ssl
from email.message import EmailMessage
from typing import Any

import pytest
from asyncio_testselector import MemoryNetwork, SocketScript
from support.integration import on_both_loops, run, server_context

aiosmtplib = pytest.importorskip("aiosmtplib")
smtp = pytest.importorskip("aiosmtpd.smtp")


class Mailbox:
    def __init__(self) -> None:
        self.mails: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(60)
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 kept"


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@here.example", "b@there.example", "Hi"
    message.set_content("hello\n" * 1000)
    return message


def client_context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


@on_both_loops
@pytest.mark.parametrize("tls", [False, True])
def test_client_meets_server(loop_kind: str, tls: bool) -> None:
    box = Mailbox()

    async def main() -> None:
        loop = asyncio.get_running_loop()
        context = server_context() if tls else None
        async with MemoryNetwork(latency=0.01):
            server = await loop.create_server(
                lambda: smtp.SMTP(box, hostname="mail.example", tls_context=context, loop=loop),
                "mail.example",
                25,
            )
            async with server:
                options: dict[str, Any] = {"tls_context": client_context()} if tls else {}
                await aiosmtplib.send(
                    mail(), hostname="mail.example", port=25, timeout=120, start_tls=tls, **options
                )
                await asyncio.sleep(1)

    assert 60 <= run(main(), loop_kind) < 70
    ((sender, recipients, content),) = box.mails
    assert (sender, recipients) == ("a@here.example", ["b@there.example"])
    assert content.count(b"hello") == 1000


@on_both_loops
def test_client_meets_a_script(loop_kind: str) -> None:
    script = (
        SocketScript("smtp")
        .reply_line("220 mail.example ready")
        .expect_line(re.compile("EHLO .*"))
        .reply_line("250-mail.example", "250 STARTTLS")
        .expect_line("STARTTLS")
        .reply_line("220 go ahead")
        .start_tls(server_context())
        .expect_line(re.compile("EHLO .*"))
        .reply_line("250 mail.example")
        .expect_line("NOOP")
        .delay(3)
        .reply_line("250 fine")
        .expect_line("QUIT")
        .reply_line("221 bye")
        .expect_eof()
    )

    async def main() -> None:
        async with MemoryNetwork() as network:
            network.play("mail.example", 25, script)
            client = aiosmtplib.SMTP(hostname="mail.example", port=25, tls_context=client_context())
            async with client:
                assert (await client.noop()).code == 250

    assert run(main(), loop_kind) == 3
    script.check()
