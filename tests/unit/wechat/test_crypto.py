from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.crypto import CryptoError, MessageCrypto, decode_aes_key, is_signed, sign
from tests.unit.wechat.pushes import AES_KEY, TOKEN

STAMP, NONCE = "1795267800", "998877"
APPID = "wx00000000000000aa"


def crypto(aes_key: str = AES_KEY, appid: str = APPID) -> MessageCrypto:
    return MessageCrypto(token=TOKEN, aes_key=aes_key, appid=appid)


def reopen(opener: MessageCrypto, encrypted: str) -> bytes:
    """Open a ciphertext with a signature that is right for it, so that only what is inside can be wrong."""
    return opener.open(encrypted, msg_signature=sign(TOKEN, STAMP, NONCE, encrypted), timestamp=STAMP, nonce=NONCE)


def encrypt_raw(clear: bytes) -> str:
    key = decode_aes_key(AES_KEY)
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(clear) + cipher.finalize()).decode()


def padded(clear: bytes) -> bytes:
    pad = 32 - len(clear) % 32
    return clear + bytes([pad]) * pad


def test_the_signature_is_the_sha1_of_the_sorted_parts() -> None:
    assert sign("b", "a", "c") == sign("c", "b", "a") == "a9993e364706816aba3e25717850c26c9cd0d89d"


def test_a_signature_is_recognised_and_a_changed_one_is_not() -> None:
    right = sign("token", STAMP, NONCE)
    assert is_signed(right, "token", STAMP, NONCE)
    assert not is_signed(right[:-1] + "0", "token", STAMP, NONCE + "0")
    assert not is_signed(right.upper(), "token", STAMP, NONCE)
    assert not is_signed("", "token", STAMP, NONCE)


@pytest.mark.parametrize("signature", ["签名", "\ud800", "x" * 10_000, "\x00"])
def test_a_signature_of_any_characters_is_compared_without_an_exception(signature: str) -> None:
    assert not is_signed(signature, "token", STAMP, NONCE)


@given(st.binary(max_size=3000))
def test_what_was_sealed_opens_to_the_same_bytes(message: bytes) -> None:
    encrypted, signature = crypto().seal(message, timestamp=STAMP, nonce=NONCE)
    assert crypto().open(encrypted, msg_signature=signature, timestamp=STAMP, nonce=NONCE) == message


def test_two_seals_of_one_message_differ_but_given_random_bytes_repeat() -> None:
    first, _ = crypto().seal(b"same", timestamp=STAMP, nonce=NONCE)
    second, _ = crypto().seal(b"same", timestamp=STAMP, nonce=NONCE)
    assert first != second
    fixed = [crypto().seal(b"same", timestamp=STAMP, nonce=NONCE, random=b"0123456789abcdef") for _ in range(2)]
    assert fixed[0] == fixed[1]


def test_the_padding_reaches_a_multiple_of_32_and_never_nothing() -> None:
    # 16 + 4 + message + 18 characters of appid: 26 bytes of message end on a block boundary
    for length in (25, 26, 27):
        encrypted, _ = crypto().seal(b"x" * length, timestamp=STAMP, nonce=NONCE)
        assert len(base64.b64decode(encrypted)) % 32 == 0
        assert reopen(crypto(), encrypted) == b"x" * length


def test_a_wrong_msg_signature_is_refused() -> None:
    encrypted, signature = crypto().seal(b"message", timestamp=STAMP, nonce=NONCE)
    for wrong in ({"timestamp": "1795267801"}, {"nonce": "998878"}, {"msg_signature": "0" * 40}, {"msg_signature": ""}):
        good = {"msg_signature": signature, "timestamp": STAMP, "nonce": NONCE}
        with pytest.raises(CryptoError, match="signature"):
            crypto().open(encrypted, **{**good, **wrong})


def test_a_message_for_another_account_is_refused() -> None:
    encrypted, signature = crypto(appid="wx00000000000000bb").seal(b"message", timestamp=STAMP, nonce=NONCE)
    with pytest.raises(CryptoError, match="appid"):
        crypto().open(encrypted, msg_signature=signature, timestamp=STAMP, nonce=NONCE)


def test_an_appid_that_only_begins_alike_is_refused() -> None:
    encrypted, _ = crypto(appid=APPID + "x").seal(b"message", timestamp=STAMP, nonce=NONCE)
    with pytest.raises(CryptoError, match="appid"):
        reopen(crypto(), encrypted)


def test_another_aes_key_does_not_open_it() -> None:
    other = base64.b64encode(b"another key of thirty-two bytes!").decode().rstrip("=")
    encrypted, _ = crypto(aes_key=other).seal(b"message", timestamp=STAMP, nonce=NONCE)
    with pytest.raises(CryptoError):
        reopen(crypto(), encrypted)


@pytest.mark.parametrize(
    "clear",
    [
        b"",
        b"x" * 31 + b"\x00",
        b"x" * 31 + b"\x21",
        b"x" * 30 + b"\x01\x02",
        padded(b"short"),
        padded(b"r" * 16 + b"\xff\xff\xff\xff" + b"message" + APPID.encode()),
        padded(b"r" * 16 + b"\x00\x00\x00\x08" + b"message" + APPID.encode()),
        padded(b"r" * 16 + b"\x00\x00\x00\x07" + b"message"),
    ],
)
def test_a_clear_text_of_the_wrong_build_is_a_crypto_error(clear: bytes) -> None:
    with pytest.raises(CryptoError):
        reopen(crypto(), encrypt_raw(clear))


@given(st.text(max_size=200))
def test_any_text_in_the_place_of_a_ciphertext_is_a_crypto_error(encrypted: str) -> None:
    with pytest.raises(CryptoError):
        reopen(crypto(), encrypted)


@given(st.data())
def test_a_tampered_ciphertext_never_opens_to_something_else(data: st.DataObject) -> None:
    encrypted, signature = crypto().seal(b"message" * 10, timestamp=STAMP, nonce=NONCE)
    raw = bytearray(base64.b64decode(encrypted))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(CryptoError, match="signature"):
        crypto().open(base64.b64encode(raw).decode(), msg_signature=signature, timestamp=STAMP, nonce=NONCE)


@pytest.mark.parametrize("key", ["", "too short", AES_KEY + "A", AES_KEY[:-1], "!" * 43, AES_KEY[:-1] + "钥"])
def test_a_key_that_is_no_encoding_aes_key_is_a_value_error(key: str) -> None:
    with pytest.raises(ValueError, match="EncodingAESKey"):
        decode_aes_key(key)
