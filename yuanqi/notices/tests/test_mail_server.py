"""Mail over a real connection: taken, refused, closed."""

import contextlib
import socket
import threading
from collections.abc import Iterator

import pytest

from yuanqi.notices.models import Channel, Delivery
from yuanqi.notices.transports import Message, Undelivered, send

Error = Delivery.Error
LETTER = Message(
    subject="【云泽】请派单", text="新诉求", html="<p>新诉求</p>", brief="", short="", key="n-7"
)


class MailServer:
    """Speaks just enough of SMTP (RFC 5321) to take one message after another, or to refuse."""

    def __init__(self, recipient_answer: str = "250 ok") -> None:
        self.recipient_answer = recipient_answer
        self.taken: list[str] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _peer = self.socket.accept()
                with connection, connection.makefile("rwb") as line:
                    self._talk(line)

    def _talk(self, line) -> None:
        def say(text: str) -> None:
            line.write(f"{text}\r\n".encode())
            line.flush()

        say("220 mail.yunze.example")
        while command := line.readline().decode().strip().upper():
            if command.startswith("RCPT"):
                say(self.recipient_answer)
            elif command == "DATA":
                say("354 go on")
                body = []
                while (text := line.readline()) != b".\r\n":
                    body.append(text.decode())
                self.taken.append("".join(body))
                say("250 taken")
            elif command == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    server = MailServer()
    settings.MAIL_IS_SET_UP = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.DEFAULT_FROM_EMAIL = "云泽高新区 <yuanqi@yunze.example>"
    yield server
    server.socket.close()


def mail() -> None:
    send(Channel.Kind.MAIL, "zhou.min@yunze.example", "", LETTER)


def test_a_mail_arrives_whole(server):
    mail()

    (taken,) = server.taken
    assert "To: zhou.min@yunze.example\r\n" in taken
    assert "Message-ID: <n-7@yunze.example>\r\n" in taken
    assert "Content-Type: text/html" in taken


def test_a_mailbox_that_does_not_exist_is_final(server):
    server.recipient_answer = "550 no such user"

    with pytest.raises(Undelivered) as refused:
        mail()

    assert (refused.value.error, refused.value.detail, refused.value.is_final) == (
        Error.ADDRESS, "550 no such user", True,
    )  # fmt: skip


def test_a_full_mailbox_is_tried_again(server):
    server.recipient_answer = "452 mailbox full"

    with pytest.raises(Undelivered) as refused:
        mail()

    assert (refused.value.error, refused.value.is_final) == (Error.REFUSED, False)


def test_a_closed_door_is_an_outage(server, settings):
    with socket.create_server(("127.0.0.1", 0)) as unused:
        settings.EMAIL_PORT = unused.getsockname()[1]

    with pytest.raises(Undelivered) as refused:
        mail()

    assert (refused.value.error, refused.value.is_final) == (Error.OUTAGE, False)
    assert server.taken == []
