"""Types of values, and ways to secure version 3, as pysnmp calls them. Importing this loads pysnmp."""

from __future__ import annotations

from pysnmp.entity import config
from pysnmp.proto.api import v2c

from ..snmp.objects import Syntax

__all__ = ["AUTHENTICATION", "PRIVACY", "SYNTAXES"]

#: Ways to prove who asks, by the names of Net-SNMP's tools (RFC 3414, section 6; RFC 7860 for the longer ones).
AUTHENTICATION = {
    "MD5": config.USM_AUTH_HMAC96_MD5,
    "SHA": config.USM_AUTH_HMAC96_SHA,
    "SHA-224": config.USM_AUTH_HMAC128_SHA224,
    "SHA-256": config.USM_AUTH_HMAC192_SHA256,
    "SHA-384": config.USM_AUTH_HMAC256_SHA384,
    "SHA-512": config.USM_AUTH_HMAC384_SHA512,
}

#: Ways to encrypt (RFC 3826).
PRIVACY = {"AES": config.USM_PRIV_CFB128_AES}

#: Types of values (RFC 3416, section 3).
SYNTAXES = {
    Syntax.INTEGER: v2c.Integer32,
    Syntax.STRING: v2c.OctetString,
    Syntax.OID: v2c.ObjectIdentifier,
    Syntax.ADDRESS: v2c.IpAddress,
    Syntax.COUNTER: v2c.Counter32,
    Syntax.GAUGE: v2c.Gauge32,
    Syntax.TICKS: v2c.TimeTicks,
    Syntax.OPAQUE: v2c.Opaque,
    Syntax.COUNTER64: v2c.Counter64,
}
