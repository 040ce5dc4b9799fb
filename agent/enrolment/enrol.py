"""From an invitation to a configuration that the gate can start with."""

from pathlib import Path
from typing import Any

import msgspec
import structlog

from agent.enrolment import ask, identity
from agent.settings import AgentSettings
from kadian.errors import KadianError
from kadian.invitation import Invitation, Welcome
from kadian.secretfile import write_secret

log = structlog.get_logger(__name__)
HEAD = (
    "# 由办公室的登记码生成；可以改，改后重启卡点。Made by the office's enrolment code; edit it and restart the gate.\n"
)


def enrol(invitation: Invitation, config: Path) -> None:
    """Proves the invitation's token, and writes certificate, authority and configuration beside `config`.

    The configuration comes last: a gate that has one has everything.

    Args:
        invitation: as the camera read it.
        config: the file to write; what is there already is not touched.

    Raises:
        KadianError: K0500 the disk refuses, K0511 to K0514 see `ask`, K0515 the configuration that came is not right.
    """
    folder = config.resolve().parent / "secrets"
    pem = ask.authority(invitation)
    key = identity.own_key(folder / "gate.key")
    welcomed = ask.welcome(invitation, pem, identity.request(key, invitation.gate))
    if (welcomed.site, welcomed.gate) != (invitation.site, invitation.gate):
        raise KadianError("K0514", invitation.address, reason=f"{welcomed.site}/{welcomed.gate}")
    text = configuration(welcomed, folder)
    write_secret(folder / "authority.pem", pem.encode())
    write_secret(folder / "gate.pem", welcomed.certificate.encode())
    write_secret(config, text.encode())
    log.info("enrolled", site=welcomed.site, gate=welcomed.gate)


def configuration(welcomed: Welcome, folder: Path) -> str:
    """The gate's configuration as TOML.

    Args:
        welcomed: the office's answer.
        folder: where the gate's key and certificates are.

    Raises:
        KadianError: K0515 it is not one that a gate can start with.
    """
    broker: dict[str, Any] = {"url": welcomed.broker_url}
    if welcomed.broker_url.startswith("mqtts:"):
        broker |= {
            "ca_file": str(folder / "authority.pem"),
            "certificate_file": str(folder / "gate.pem"),
            "key_file": str(folder / "gate.key"),
        }
    tables = {"site": welcomed.site, "gate": welcomed.gate, "broker": broker, "kiosk": {}, **welcomed.devices}
    try:
        settings = msgspec.convert(tables, AgentSettings)
    except msgspec.ValidationError as error:
        raise KadianError("K0515", welcomed.gate, reason=str(error)) from error
    # A configuration that is there is never asked for again: it has to be one that a gate starts with.
    for part in (settings, settings.broker, settings.thermometer, settings.gun):
        for key, code, values in part.problems() if part else ():
            raise KadianError("K0515", welcomed.gate, reason=KadianError(code, key, **values).what())
    return HEAD + msgspec.toml.encode(tables).decode()
