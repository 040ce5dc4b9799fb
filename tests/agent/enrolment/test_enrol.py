import contextlib
import hashlib
import http.client
import socket
import ssl
import stat
import threading
import urllib.error
import urllib.request

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from agent.command.invited import wait_for_invitation
from agent.enrolment import ask, enrol
from agent.enrolment.enrol import configuration
from agent.pulse import Stop
from agent.settings import AgentSettings
from kadian.errors import KadianError
from kadian.invitation import Invitation, Welcome
from kadian.settings import load


def code_of(call, *arguments):
    with pytest.raises(KadianError) as error:
        call(*arguments)
    return error.value.code


def test_an_invitation_becomes_a_configuration_that_a_gate_starts_with(office, tmp_path):
    devices = {
        "thermometer": {"driver": "fe_fd", "port": "usb:1a86:7523", "options": {"body_flag": 1}},
        "camera": {"source": 0},
    }
    config = tmp_path / "gate/agent.toml"
    enrol(office.enrolments.invite("e01", devices), config)
    settings = load(config, AgentSettings)
    assert (settings.site, settings.gate, settings.broker.url) == ("here", "e01", "mqtts://127.0.0.1:8883")
    assert settings.thermometer.port == "usb:1a86:7523"
    assert settings.camera.source == 0
    certificate = x509.load_pem_x509_certificate((tmp_path / "gate/secrets/gate.pem").read_bytes())
    key = serialization.load_pem_private_key((tmp_path / "gate/secrets/gate.key").read_bytes(), None)
    assert certificate.public_key() == key.public_key()
    assert settings.broker.certificate_file == str(tmp_path / "gate/secrets/gate.pem")


def test_all_that_is_written_is_for_its_owner_alone(office, tmp_path):
    config = tmp_path / "gate/agent.toml"
    enrol(office.enrolments.invite("e01", {"camera": {"source": 0}}), config)
    for file in (config, *(tmp_path / "gate/secrets").iterdir()):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_another_office_at_the_same_address_is_found_out_before_the_token_is_told(make_office, tmp_path):
    real, other = make_office("real"), make_office("other")
    invitation = real.enrolments.invite("e01", {})
    diverted = msgspec.structs.replace(invitation, address=f"127.0.0.1:{other.service.port}")
    assert code_of(enrol, diverted, tmp_path / "agent.toml") == "K0512"
    assert not (tmp_path / "agent.toml").exists()


def test_who_shows_the_right_authority_without_its_key_is_found_out(make_office, tmp_path):
    real, other = make_office("real"), make_office("other")
    invitation = real.enrolments.invite("e01", {})
    diverted = msgspec.structs.replace(invitation, address=f"127.0.0.1:{other.service.port}")
    pem = ask.authority(invitation)
    assert code_of(ask.welcome, diverted, pem, "csr") == "K0512"


@pytest.mark.parametrize("between", ["", "\n", "\n\n# more\n"])
def test_a_certificate_smuggled_in_behind_the_pinned_one_is_not_believed(make_office, tmp_path, monkeypatch, between):
    real, other = make_office("real"), make_office("other")
    whole = ssl.DER_cert_to_PEM_cert(ssl.PEM_cert_to_DER_cert(real.authority.pem)).strip()
    inner = [pem.strip().split("\n", 1)[1].rsplit("\n", 1)[0] for pem in (whole, other.authority.pem)]
    head, tail = whole.split("\n", 1)[0], whole.rsplit("\n", 1)[1]
    for sent in (
        whole + between + "\n" + other.authority.pem,
        f"{head}\n{inner[0]}\n{tail}{between}\n{head}\n{inner[1]}\n{tail}\n",
        f"{head}\n{inner[0]}{between}\n{tail}\n{other.authority.pem}",
    ):
        monkeypatch.setattr(ask, "_call", lambda *_, sent=sent: (200, sent.encode()))
        invitation = real.enrolments.invite("e01", {})
        with contextlib.suppress(KadianError):
            believed = ask.authority(invitation)
            assert believed.count("BEGIN CERTIFICATE") == 1
            assert hashlib.sha256(ssl.PEM_cert_to_DER_cert(believed)).digest() == invitation.pin


def test_a_service_under_another_name_is_refused(make_office, tmp_path):
    office = make_office("named", names=("192.0.2.77",))
    assert code_of(enrol, office.enrolments.invite("e01", {}), tmp_path / "agent.toml") == "K0512"


def test_an_office_that_cannot_be_reached_uses_nothing_up(office, tmp_path, free_port):
    invitation = office.enrolments.invite("e01", {"camera": {"source": 0}})
    away = msgspec.structs.replace(invitation, address=f"127.0.0.1:{free_port()}")
    assert code_of(enrol, away, tmp_path / "agent.toml") == "K0511"
    enrol(invitation, tmp_path / "agent.toml")
    assert (tmp_path / "agent.toml").exists()


def test_a_gate_that_lost_its_power_after_the_token_was_used_gets_in_all_the_same(office, tmp_path):
    invitation = office.enrolments.invite("e01", {"camera": {"source": 0}})
    enrol(invitation, tmp_path / "agent.toml")
    (tmp_path / "agent.toml").unlink()
    enrol(invitation, tmp_path / "agent.toml")
    assert load(tmp_path / "agent.toml", AgentSettings).gate == "e01"


def test_a_second_device_with_the_same_code_is_refused_with_the_offices_reason(office, tmp_path):
    invitation = office.enrolments.invite("e01", {"camera": {"source": 0}})
    enrol(invitation, tmp_path / "first/agent.toml")
    with pytest.raises(KadianError) as error:
        enrol(invitation, tmp_path / "second/agent.toml")
    assert error.value.code == "K0513"
    assert "已被另一台设备用过" in error.value.what()


@pytest.mark.parametrize("driver", ["../../etc", "gy614v4"])
def test_a_configuration_that_no_gate_could_start_with_is_refused(office, tmp_path, driver):
    invitation = office.enrolments.invite("e01", {"thermometer": {"driver": driver, "port": "x"}})
    assert code_of(enrol, invitation, tmp_path / "agent.toml") == "K0515"
    assert not (tmp_path / "agent.toml").exists()


def test_a_disk_that_refuses_is_said(office, tmp_path):
    (tmp_path / "secrets").write_text("a file where a folder should be")
    invitation = office.enrolments.invite("e01", {"camera": {"source": 0}})
    assert code_of(enrol, invitation, tmp_path / "agent.toml") == "K0500"


def test_a_broker_without_tls_gets_no_certificates(tmp_path):
    welcome = Welcome("here", "e01", "", "", "mqtt://127.0.0.1:1883", {"camera": {"source": 0}})
    assert "certificate_file" not in configuration(welcome, tmp_path)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\n\r\n", b"\x16\x03\x01\x00\x05hello", b"x" * 100_000])
def test_whatever_else_answers_is_no_office(answer, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def speak():
            connection, _ = server.accept()
            with connection:
                connection.sendall(answer)

        thread = threading.Thread(target=speak, daemon=True)
        thread.start()
        invitation = Invitation(f"127.0.0.1:{server.getsockname()[1]}", b"p" * 32, b"t" * 16, "here", "e01")
        assert code_of(enrol, invitation, tmp_path / "agent.toml") in {"K0511", "K0512"}
        thread.join(5)


def call(office, path, body=None):
    unproven = ssl.create_default_context()
    unproven.check_hostname, unproven.verify_mode = False, ssl.CERT_NONE
    request = urllib.request.Request(f"https://127.0.0.1:{office.service.port}{path}", body)
    try:
        with urllib.request.urlopen(request, context=unproven, timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.parametrize("body", [b"", b"{}", b"[" * 10_000, b'{"token": "zz", "csr": ""}', b"\xff\xfe"])
def test_rubbish_is_answered_and_stops_nothing(office, body, tmp_path):
    assert call(office, "/enrol", body) == 422
    enrol(office.enrolments.invite("e01", {"camera": {"source": 0}}), tmp_path / "agent.toml")


def test_nothing_but_the_two_calls_is_there(office):
    assert call(office, "/") == 404
    assert call(office, "/docs") == 404
    assert call(office, "/enrol") == 405


def test_a_long_body_is_refused_before_it_is_sent(office):
    unproven = ssl.create_default_context()
    unproven.check_hostname, unproven.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", office.service.port, timeout=5, context=unproven)
    connection.putrequest("POST", "/enrol")
    connection.putheader("Content-Length", "100000")
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


def test_a_new_gate_without_a_camera_says_so_and_shows_that_it_lives(tmp_path, free_port):
    asked, port = threading.Event(), free_port()
    beats = []

    def beat(_part):
        beats.append(1)
        if len(beats) > 5:
            asked.set()

    stop = Stop(beat)
    waiting = threading.Thread(
        target=wait_for_invitation,
        args=(tmp_path / "agent.toml", "/dev/no-camera", stop),
        kwargs={"screen": ("127.0.0.1", port)},
    )
    waiting.start()
    assert asked.wait(10)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/events", timeout=5) as events:
        said = b""
        while b"no_camera" not in said:
            said = events.readline()
    stop.set()
    waiting.join(5)
    assert not waiting.is_alive()
