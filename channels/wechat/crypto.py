"""WeChat's signatures and its message encryption (documented under 消息加解密说明).

AES-256-CBC with a PKCS#7 block of 32 bytes; the clear text is 16 random bytes, a 4-byte big-endian length, the message and
the appid. Whatever is wrong becomes one CryptoError, so that an attacker learns nothing from the difference.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_BLOCK = 32
_RANDOM = 16
_LENGTH = 4


class CryptoError(Exception):
    """A signature, a ciphertext or an appid is not what it should be; the message is for the log only."""


def sign(*parts: str) -> str:
    """Return the hex SHA-1 over the sorted parts (token, timestamp, nonce and, encrypted, the ciphertext)."""
    # The platform prescribes SHA-1.
    return hashlib.sha1("".join(sorted(parts)).encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


def is_signed(signature: str, *parts: str) -> bool:
    """Tell whether `signature` belongs to the parts, in constant time."""
    # bytes, because compare_digest refuses non-ASCII text with an exception
    return hmac.compare_digest(signature.encode("utf-8", "surrogatepass"), sign(*parts).encode())


def decode_aes_key(encoding_aes_key: str) -> bytes:
    """Return the 32 key bytes of a 43-character EncodingAESKey. Raises ValueError when it is not one."""
    try:
        key = base64.b64decode(encoding_aes_key + "=", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("the EncodingAESKey is not base64") from error
    if len(key) != 32:
        raise ValueError("the EncodingAESKey must have 43 characters")
    return key


class MessageCrypto:
    """Encrypts and decrypts the pushes of one account."""

    def __init__(self, *, token: str, aes_key: str, appid: str) -> None:
        self._token = token
        self._appid = appid.encode()
        self._key = decode_aes_key(aes_key)

    def open(self, encrypted: str, *, msg_signature: str, timestamp: str, nonce: str) -> bytes:
        """Check the signature, decrypt, check the appid; return the message. Raises CryptoError."""
        if not is_signed(msg_signature, self._token, timestamp, nonce, encrypted):
            raise CryptoError("bad msg_signature")
        return self._unpack(self._decrypt(encrypted))

    def seal(self, message: bytes, *, timestamp: str, nonce: str, random: bytes | None = None) -> tuple[str, str]:
        """Return (Encrypt, msg_signature) for a message; the simulator pushes with it. `random`: 16 bytes."""
        salt = secrets.token_bytes(_RANDOM) if random is None else random
        clear = salt + len(message).to_bytes(_LENGTH, "big") + message + self._appid
        pad = _BLOCK - len(clear) % _BLOCK
        cipher = self._cipher().encryptor()
        sealed = cipher.update(clear + bytes([pad]) * pad) + cipher.finalize()
        encrypted = base64.b64encode(sealed).decode()
        return encrypted, sign(self._token, timestamp, nonce, encrypted)

    def _cipher(self) -> Cipher[modes.CBC]:
        return Cipher(algorithms.AES(self._key), modes.CBC(self._key[:16]))

    def _decrypt(self, encrypted: str) -> bytes:
        try:
            sealed = base64.b64decode(encrypted, validate=True)
            cipher = self._cipher().decryptor()
            clear = cipher.update(sealed) + cipher.finalize()
        except (binascii.Error, ValueError) as error:
            raise CryptoError("not decryptable") from error
        pad = clear[-1] if clear else 0
        if not 1 <= pad <= _BLOCK or clear[-pad:] != bytes([pad]) * pad:
            raise CryptoError("bad padding")
        return clear[:-pad]

    def _unpack(self, clear: bytes) -> bytes:
        start = _RANDOM + _LENGTH
        end = start + int.from_bytes(clear[_RANDOM:start], "big")
        if len(clear) < start or end > len(clear):
            raise CryptoError("bad length")
        if not hmac.compare_digest(clear[end:], self._appid):
            raise CryptoError("wrong appid")
        return clear[start:end]
