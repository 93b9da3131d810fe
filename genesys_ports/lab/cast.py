"""Who plays which role: the component an application is of decides what it does."""

from __future__ import annotations

from .roles import (
    CONFIGURATION_SERVER,
    LCA,
    MESSAGE_SERVER,
    ConfigurationServer,
    LocalControlAgent,
    MessageServer,
    Role,
)
from .sip_server import SIP_SERVER, SipServerRole

__all__ = ["role_of"]

_ROLES: dict[str, type[Role]] = {
    CONFIGURATION_SERVER: ConfigurationServer,
    LCA: LocalControlAgent,
    MESSAGE_SERVER: MessageServer,
    SIP_SERVER: SipServerRole,
}


def role_of(component: str) -> Role:
    """A fresh role for one run of an application of this component."""
    return _ROLES.get(component, Role)()
