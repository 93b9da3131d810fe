"""Who may ask: communities of versions 1 and 2c, users of version 3, checked by pysnmp's security models.

Importing this loads pysnmp.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from pysnmp.entity import config
from pysnmp.proto import errind, rfc1902
from pysnmp.proto.error import StatusInformation
from pysnmp.proto.secmod.rfc2576 import SnmpV1SecurityModel, SnmpV2cSecurityModel
from pysnmp.proto.secmod.rfc3414.service import SnmpUSMSecurityModel
from pysnmp.smi.error import NoSuchInstanceError

from .snmp_types import AUTHENTICATION, PRIVACY
from .snmp_users import User

__all__ = ["Community1", "Community2", "Users"]

_NO_AUTHENTICATION = config.USM_AUTH_NONE
_NO_PRIVACY = config.USM_PRIV_NONE

#: The lowest and the highest security level (RFC 3411, section 5).
_NO_AUTH, _AUTH_PRIV = 1, 3

#: What pysnmp says of a request that it reports to be on an unsupported level.
_REPORTED = (
    "errorIndication", "oid", "val", "securityStateReference", "contextEngineId", "contextName", "msgUserName",
    "maxSizeResponseScopedPDU",
)  # fmt: skip

#: What a failure tells: why (an error indication of pysnmp), whose request, and the PDU, where it could be read.
Failed = Callable[[StatusInformation, str, Any], None]


class Community1(SnmpV1SecurityModel):  # type: ignore[misc] # pysnmp's classes have no types worth the name
    """Version 1: whoever knows the one community may read."""

    def __init__(self, community: str, engine_id: bytes, failed: Failed) -> None:
        super().__init__()
        self._community = community.encode()
        self._engine_id = rfc1902.OctetString(engine_id)
        self._failed = failed

    def _com2sec(self, engine: Any, community: Any, transport: Any) -> tuple[Any, Any, bytes]:
        if community.asOctets() != self._community:
            raise StatusInformation(errorIndication=errind.unknownCommunityName)
        return community, self._engine_id, b""

    def process_incoming_message(self, *arguments: Any) -> Any:
        """Check who asks."""
        try:
            return super().process_incoming_message(*arguments)
        except StatusInformation as error:
            message = arguments[-1]
            self._failed(error, "", message.getComponentByPosition(2).getComponent())
            raise


class Community2(Community1, SnmpV2cSecurityModel):  # type: ignore[misc]
    """The same for version 2c."""


class Users(SnmpUSMSecurityModel):  # type: ignore[misc]
    """Version 3: users with their keys. A user who can encrypt may do without (RFC 3414, section 3.2, (5))."""

    def __init__(self, users: Mapping[str, User], engine_id: bytes, failed: Failed) -> None:
        super().__init__()
        self._users = users
        self._engine_id = engine_id
        self._failed = failed
        self._level = 0

    def process_incoming_message(self, *arguments: Any) -> Any:
        """Check who asks, and decrypt."""
        self._level = int(arguments[5])
        try:
            return super().process_incoming_message(*arguments)
        except StatusInformation as error:
            asked = error.get("scopedPDU")
            pdu = None if asked is None else asked.getComponentByPosition(2).getComponent()
            name = error.get("msgUserName")
            self._failed(error, "" if name is None else bytes(name).decode("utf-8", "replace"), pdu)
            if isinstance(error.get("errorIndication"), errind.UnsupportedSecurityLevel):
                # The report must not ask for what the user has not (RFC 3414, section 3.2, (5)).
                raise StatusInformation(**{key: error[key] for key in _REPORTED}, securityLevel=_NO_AUTH) from None
            raise

    def _SnmpUSMSecurityModel__get_user_info(self, mib: Any, engine_id: Any, name: Any) -> tuple[Any, ...]:
        # pysnmp looks users up in a table of its MIB; here there is none.
        user = self._users.get(bytes(name).decode("utf-8", "replace"))
        if user is None or bytes(engine_id) != self._engine_id:
            raise NoSuchInstanceError
        authentication = AUTHENTICATION[user.authentication] if user.password else _NO_AUTHENTICATION
        privacy = _NO_PRIVACY
        key = secret = None
        if user.password:
            key = _key(authentication, user.password, self._engine_id)
            if user.privacy_password and self._level == _AUTH_PRIV:
                privacy = PRIVACY[user.privacy]
                secret = _secret(authentication, privacy, user.privacy_password, self._engine_id)
        return name, name, authentication, key, privacy, secret


@lru_cache(64)
def _key(authentication: Any, password: str, engine_id: bytes) -> Any:
    """The key made of a password (RFC 3414, section 2.6). A million bytes are hashed for it, so it is kept."""
    service = config.AUTH_SERVICES[authentication]
    return service.localize_key(
        service.hash_passphrase(password.encode("utf-8", "replace")), rfc1902.OctetString(engine_id)
    )


@lru_cache(64)
def _secret(authentication: Any, privacy: Any, password: str, engine_id: bytes) -> Any:
    service = config.PRIV_SERVICES[privacy]
    master = service.hash_passphrase(authentication, password.encode("utf-8", "replace"))
    return service.localize_key(authentication, master, rfc1902.OctetString(engine_id))
