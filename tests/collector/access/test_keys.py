from base64 import b64decode, b64encode
from datetime import UTC, datetime

import pytest
from nacl.public import PrivateKey, PublicKey, SealedBox

from collector.access.authority import Authority
from collector.access.register import RegisterKey
from kadian.errors import KadianError

NOW = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)


def sealed_to(public, plain):
    return b64encode(SealedBox(PublicKey(b64decode(public))).encrypt(plain)).decode()


def test_what_is_sealed_to_the_office_only_the_office_opens(tmp_path):
    key = RegisterKey(tmp_path)
    sealed = sealed_to(key.public, "王芳".encode())
    assert key.opened(sealed) == "王芳".encode()
    assert RegisterKey(tmp_path / "other").opened(sealed) is None


def test_the_register_key_is_the_same_after_a_restart_and_for_its_owner_alone(tmp_path):
    key = RegisterKey(tmp_path / "access")
    assert RegisterKey(tmp_path / "access").public == key.public
    assert (tmp_path / "access/register.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("rubbish", ["", "not base64!", b64encode(b"short").decode()])
def test_what_cannot_be_opened_is_none_not_an_error(tmp_path, rubbish):
    assert RegisterKey(tmp_path).opened(rubbish) is None


def test_a_key_that_others_may_read_is_refused(tmp_path):
    RegisterKey(tmp_path)
    (tmp_path / "register.key").chmod(0o644)
    with pytest.raises(KadianError) as error:
        RegisterKey(tmp_path)
    assert error.value.code == "K0501"


@pytest.mark.parametrize("content", [b"", b"rubbish", b64encode(bytes(PrivateKey.generate()))[:20]])
def test_a_damaged_register_key_says_so_and_is_not_replaced(tmp_path, content):
    RegisterKey(tmp_path)
    (tmp_path / "register.key").write_bytes(content)
    with pytest.raises(KadianError) as error:
        RegisterKey(tmp_path)
    assert error.value.code == "K0502"
    assert (tmp_path / "register.key").read_bytes() == content


def test_the_authority_is_the_same_after_a_restart(tmp_path):
    first = Authority(tmp_path, "here", NOW)
    assert Authority(tmp_path, "here", NOW).pin == first.pin


def test_an_authority_whose_first_start_was_cut_off_is_finished(tmp_path):
    Authority(tmp_path, "here", NOW)
    key = (tmp_path / "authority.key").read_bytes()
    (tmp_path / "authority.pem").unlink()
    Authority(tmp_path, "here", NOW)
    assert (tmp_path / "authority.key").read_bytes() == key


@pytest.mark.parametrize("damage", ["no key", "no certificate", "another key"])
def test_a_damaged_authority_says_so_and_is_never_replaced(tmp_path, damage):
    Authority(tmp_path, "here", NOW)
    if damage == "no key":
        (tmp_path / "authority.key").unlink()
    elif damage == "no certificate":
        (tmp_path / "authority.pem").write_text("rubbish")
    else:
        Authority(tmp_path / "other", "here", NOW)
        (tmp_path / "other/authority.key").replace(tmp_path / "authority.key")
    with pytest.raises(KadianError) as error:
        Authority(tmp_path, "here", NOW)
    assert error.value.code in {"K0500", "K0502"}
