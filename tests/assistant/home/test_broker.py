"""The connection to a real Mosquitto: versions, TLS, passwords, its death, floods; nothing is sent twice."""

import asyncio
import contextlib
import signal
import socket
import subprocess
import threading

import aiomqtt
import pytest

from assistant.home import broker as module
from assistant.home.broker import Broker, NotSentError, wait_s
from assistant.home.entities import Message
from assistant.home.mqtt.address import Address
from assistant.home.settings import HomeConfig
from engines.errors import ReparteeError


class Running:
    """A broker connection with what it handed over."""

    def __init__(self, url, settings=None, **options):
        self.received = []
        self.links = []
        self.link = Broker(
            settings or HomeConfig(),
            url,
            receive=lambda topic, payload, retain: self.received.append((topic, payload, retain)),
            linked=self.links.append,
            **options,
        )

    async def __aenter__(self):
        self.task = asyncio.create_task(self.link.run())
        return self

    async def __aexit__(self, *_):
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task

    async def up(self):
        assert await self.link.wait_connected(60), self.link.problem
        return self


async def until(condition, timeout=60.0):
    async with asyncio.timeout(timeout):
        while not condition():
            await asyncio.sleep(0.005)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr(module, "FIRST_WAIT_S", 0.02)
    monkeypatch.setattr(module, "LONGEST_WAIT_S", 0.1)


@pytest.mark.parametrize(("protocol", "version"), [("5", 5), ("3.1.1", 4), ("auto", 5)])
async def test_what_is_kept_and_what_comes_is_handed_over(make_mosquitto, make_witness, protocol, version):
    mosquitto = make_mosquitto("log_type all")
    witness = make_witness(mosquitto)
    witness.publish("lamp/state", "ON", retain=True)
    async with Running(mosquitto.url, HomeConfig(protocol=protocol)) as running:
        running.link.subscribe(["lamp/state", "lamp/+/power"])
        await running.up()
        assert await running.link.settle()
        assert running.received == [("lamp/state", b"ON", True)]
        witness.publish("lamp/1/power", "7")
        await until(lambda: len(running.received) == 2)
        assert running.received[1] == ("lamp/1/power", b"7", False)
    assert f"as repartee-{running_id(mosquitto)} (p{2 if version == 4 else 5}" in mosquitto.log()


def running_id(mosquitto):
    return mosquitto.log().partition(" as repartee-")[2][:12]


@pytest.mark.parametrize(
    ("known", "refusal"),
    [
        (5, b"\x20\x02\x00\x01"),
        (4, b"\x20\x02\x00\x01"),  # CONNACK: unacceptable protocol version
        (4, b"\x20\x03\x00\x84\x00"),  # the same in MQTT 5
        (4, b""),  # it hangs up without a word
    ],
)
async def test_a_broker_that_knows_only_one_version_is_spoken_to_in_it(mosquitto, known, refusal, monkeypatch):
    """In front of Mosquitto stands one that refuses the other version, as MQTT 3.1.1 says in section 3.1.2.2."""

    monkeypatch.setattr(module, "TIMEOUT_S", 0.5)
    served = set()

    async def serve(reader, writer):
        served.add(asyncio.current_task())
        head = await reader.read(2)
        rest = await reader.readexactly(head[1])
        if rest[6] != known:
            writer.write(refusal)
            await close(writer)
            return
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", mosquitto.port)
        inner_writer.write(head + rest)
        await asyncio.gather(pump(reader, inner_writer), pump(inner_reader, writer))

    async def pump(source, sink):
        while data := await source.read(4096):
            sink.write(data)
        await close(sink)

    async def close(writer):
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with Running(f"mqtt://127.0.0.1:{port}") as running:
            running.link.subscribe(["a"])
            await running.up()
            assert await running.link.settle()
            assert running.link._client.version == known
        await asyncio.gather(*served, return_exceptions=True)


async def test_a_command_that_a_device_did_not_fetch_in_time_is_forgotten(make_mosquitto):
    """The device has a session at the broker and is away: it would get the command when it comes back."""
    mosquitto = make_mosquitto()

    def device():
        options = {"identifier": "kettle", "protocol": aiomqtt.ProtocolVersion.V311, "clean_session": False}
        return aiomqtt.Client("127.0.0.1", mosquitto.port, **options)

    async with device() as kettle:
        await kettle.subscribe("kettle/set", 1)
    async with Running(mosquitto.url) as running:
        await running.up()
        await running.link.publish(Message("kettle/set", "ON", 1), expires_s=1)
        await running.link.publish(Message("kettle/set", "OFF", 1))
        await asyncio.sleep(2.5)
    async with device() as kettle, asyncio.timeout(60):
        assert (await anext(aiter(kettle.messages))).payload == b"OFF"


async def test_user_and_password_with_any_characters_are_let_in_and_wrong_ones_are_told(
    make_mosquitto, tmp_path, caplog
):
    passwords = tmp_path / "passwords"
    passwords.write_text("")
    subprocess.run(["mosquitto_passwd", "-b", passwords, "an na", "p@ss:/word?"], check=True)
    mosquitto = make_mosquitto(f"password_file {passwords}")
    place = f"127.0.0.1:{mosquitto.port}"
    async with Running(f"mqtt://an%20na:p%40ss%3A%2Fword%3F@{place}") as running:
        await running.up()
    async with Running(f"mqtt://an%20na:wrong@{place}") as running:
        await until(lambda: "refuses" in running.link.problem)
        assert running.link.problem == f"the broker mqtt://{place} refuses the user name or the password (home.broker)"
    assert "wrong" not in caplog.text


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """An authority, and certificates of a server and a client that it signed."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)

    new = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    openssl("req", "-x509", *new, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj", "/CN=authority")
    for name in ("server", "client"):
        openssl("req", *new, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (folder / "names").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        signed = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2", "-extfile", "names")
        openssl("x509", "-req", "-in", f"{name}.csr", "-out", f"{name}.pem", *signed)
    return folder


async def test_tls_with_a_client_certificate(make_mosquitto, certificates):
    at = certificates
    mosquitto = make_mosquitto(
        f"cafile {at}/ca.pem",
        f"certfile {at}/server.pem",
        f"keyfile {at}/server.key",
        "require_certificate true",
        scheme="mqtts",
    )
    mine = HomeConfig(ca=f"{at}/ca.pem", certificate=f"{at}/client.pem", key=f"{at}/client.key")
    async with Running(mosquitto.url, mine) as running:
        running.link.subscribe(["a"])
        await running.up()
        await running.link.publish(Message("a", "x" * 100_000, 1))
        await until(lambda: running.received)
    async with Running(mosquitto.url, HomeConfig(certificate=mine.certificate, key=mine.key)) as stranger:
        await until(lambda: "certificate verify failed" in stranger.link.problem)
    async with Running(mosquitto.url, HomeConfig(ca=mine.ca)) as nobody:
        await until(lambda: nobody.link.problem.endswith("wants to see a certificate (home.certificate, home.key)"))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (HomeConfig(ca="/none.pem"), "home.ca: /none.pem is not a readable PEM certificate (No such file"),
        (HomeConfig(certificate="/none.pem"), "home.certificate and home.key: /none.pem and no key are not a readable"),
    ],
)
def test_unreadable_certificates_are_told_in_one_sentence(settings, sentence):
    with pytest.raises(ReparteeError) as refused:
        Broker(settings, "mqtts://localhost", receive=lambda *_: None)
    assert str(refused.value).startswith(sentence)


async def test_small_packets_are_not_held_back(mosquitto):
    async with Running(mosquitto.url) as running:
        await running.up()
        connection = running.link._client._client.socket()
        assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


async def test_after_the_brokers_death_the_subscriptions_are_made_again(mosquitto, make_witness):
    async with Running(mosquitto.url) as running:
        running.link.subscribe(["state/#"])
        await running.up()
        mosquitto.kill()
        await until(lambda: running.links == [True, False])
        assert not running.link.connected
        with pytest.raises(NotSentError, match="Nothing was sent"):
            await running.link.publish(Message("set", "ON"))
        mosquitto.start()
        await until(lambda: running.links == [True, False, True])
        await running.link.settle()
        witness = make_witness(mosquitto)
        witness.publish("state/lamp", "ON")
        await until(lambda: running.received)
        assert witness.on("set") == []


@pytest.mark.parametrize("qos", [1, 2])
async def test_a_message_under_way_when_the_broker_dies_is_not_sent_and_never_sent_again(mosquitto, make_witness, qos):
    """The broker is stopped first, so that the message is on the line and unanswered when it is killed."""
    async with Running(mosquitto.url) as running:
        await running.up()
        mosquitto.signal(signal.SIGSTOP)
        sending = asyncio.create_task(running.link.publish(Message("set", "ON", qos), timeout_s=60))
        await asyncio.sleep(0.05)
        assert not sending.done()
        mosquitto.kill()
        with pytest.raises(NotSentError, match="broke while a message was being sent"):
            await asyncio.wait_for(sending, 60)
        mosquitto.start()
        witness = make_witness(mosquitto)
        await until(lambda: running.links == [True, False, True])
        await running.link.publish(Message("set", "OFF", qos))
        assert witness.wait_for("set") == ["OFF"]
        await running.link.settle()
        assert witness.on("set") == ["OFF"]


async def test_the_last_will_is_said_when_the_line_is_cut(mosquitto, witness):
    async with Running(mosquitto.url, will=Message("repartee/availability", "offline")) as running:
        await running.up()
        connection = running.link._client._client.socket()
        connection.shutdown(socket.SHUT_RDWR)
        assert (await asyncio.to_thread(witness.wait_for, "repartee/availability")) == ["offline"]


async def test_a_broker_that_hangs_does_not_keep_the_connection_from_closing(mosquitto, monkeypatch):
    monkeypatch.setattr(module, "TIMEOUT_S", 0.2)
    async with Running(mosquitto.url) as running:
        await running.up()
        connection = running.link._client._client.socket()
        mosquitto.signal(signal.SIGSTOP)
    assert running.task.cancelled()
    assert connection.fileno() == -1


async def test_unreachable_and_no_broker_at_all_are_told_once(caplog):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]  # bound, and nobody listens
        async with Running(f"mqtt://127.0.0.1:{port}") as running:
            await until(lambda: "cannot be reached" in running.link.problem)
            await asyncio.sleep(0.3)
    assert caplog.text.count("cannot be reached") == 1


async def test_a_flood_is_read_in_order_and_other_work_goes_on(mosquitto, witness):
    async with Running(mosquitto.url) as running:
        running.link.subscribe(["flood/#"])
        await running.up()
        await running.link.settle()
        flood = threading.Thread(
            target=lambda: [witness._client.publish(f"flood/{number % 50}", str(number)) for number in range(5000)]
        )
        flood.start()
        turns = 0
        while len(running.received) < 5000:
            await asyncio.sleep(0)
            turns += 1
        flood.join()
        assert [payload for _, payload, _ in running.received] == [b"%d" % number for number in range(5000)]
        assert turns > 10


async def test_more_retained_messages_than_the_broker_queues_all_come(mosquitto, witness):
    """Twelve megabytes at once: more than the system's buffers and Mosquitto's 1,000 queued messages hold together."""
    witness._client.unsubscribe("#")
    for number in range(2000):
        witness._client.publish(f"kept/{number}", b"x" * 6000, 0, retain=True)
        if number % 100 == 0:
            witness.publish("pace", "")
    witness.publish("pace", "")
    async with Running(mosquitto.url) as running:
        running.link.subscribe(["kept/+"])
        await running.up()
        assert await running.link.settle(30)
        assert len({topic for topic, _, _ in running.received}) == 2000


async def test_a_message_that_cannot_be_handled_does_not_end_the_connection(mosquitto, witness, caplog):
    def receive(topic, payload, _):
        received.append(topic)
        if payload == b"bad":
            raise RuntimeError("bad")

    received = []
    async with Running(mosquitto.url) as running:
        running.link._receive = receive
        running.link.subscribe(["#"])
        await running.up()
        await running.link.settle()
        witness.publish("one", "bad")
        witness.publish("two", "good")
        await until(lambda: received == ["one", "two"])
        assert running.links == [True]
    assert "one: a message could not be handled" in caplog.text


async def test_filters_come_and_go_while_connected(mosquitto, witness):
    async with Running(mosquitto.url) as running:
        await running.up()
        running.link.subscribe([f"many/{number}" for number in range(1000)])
        running.link.subscribe(["bad/#/filter", "", "a\0b", "a+/b"])
        assert await running.link.settle()
        for number in (0, 500, 999):
            witness.publish(f"many/{number}", "x")
        await until(lambda: len(running.received) == 3)
        running.link.unsubscribe(["many/500"])
        await running.link.settle()
        witness.publish("many/500", "x")
        witness.publish("many/999", "y")
        await until(lambda: len(running.received) == 4)
        assert running.received[3] == ("many/999", b"y", False)


def test_waits_double_with_jitter_up_to_a_minute(monkeypatch):
    monkeypatch.undo()
    for attempt, longest in ((0, 0.5), (1, 1), (3, 4), (7, 60), (10_000, 60)):
        waits = {wait_s(attempt) for _ in range(50)}
        assert len(waits) > 1
        assert longest / 2 <= min(waits) <= max(waits) <= longest


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("mqtt://host", Address(host="host", port=1883)),
        ("mqtts://host/", Address(host="host", port=8883, tls=True)),
        ("mqtt://[::1]:99", Address(host="::1", port=99)),
        ("mqtt://u%40x:p%3A@host", Address(host="host", port=1883, username="u@x", password="p:")),
    ],
)
def test_urls_are_read_into_their_parts(url, expected):
    assert Address.parse(url) == expected


@pytest.mark.parametrize(
    "url", ["host", "host:1883", "http://host", "mqtt://", "mqtt://h:0", "mqtt://h:x", "mqtt://h/a"]
)
def test_other_urls_are_refused_without_showing_a_password(url):
    with pytest.raises(ReparteeError, match=r"^home\.broker must be a URL such as mqtt://"):
        Address.parse(url.replace("://", "://user:geheim@"))
