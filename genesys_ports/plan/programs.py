"""Whether the program that holds a port is the planned application: yes, no, or not to be told from its name."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from ..catalog import load_catalog
from ..model import Application

__all__ = ["is_called", "is_planned"]

#: Services of the operating system: never an application of a plan that is not called so itself.
_SYSTEM = frozenset(
    (
        *("sshd", "systemd", "systemd-resolved", "systemd-networkd", "systemd-timesyncd", "named", "dnsmasq", "xinetd"),
        *("chronyd", "ntpd", "cupsd", "avahi-daemon", "smbd", "nmbd", "rpcbind", "rpc.statd", "exim4", "dhclient"),
        *("lsass", "wininit", "spoolsv", "services", "launchd", "rapportd", "mDNSResponder"),
    )
)

#: Programs that are known by name, and the components they may be. What runs anything (java, python, node, svchost,
#: docker-proxy) is not among them: its name tells nothing.
_KNOWN = {
    **dict.fromkeys(
        ("httpd", "apache2", "nginx", "lighttpd", "w3wp"),
        ("gir_webdav", "gax", "genesys_web_services", "sip_feature_server"),
    ),
    **dict.fromkeys(
        ("postgres", "mysqld", "mariadbd", "sqlservr", "tnslsnr", "oracle"),
        ("database", "configuration_database", "log_database", "db_server"),
    ),
    **dict.fromkeys(("baresip", "linphone", "microsip", "sipp"), ("softphone",)),
    **dict.fromkeys(("asterisk", "kamailio", "opensips", "freeswitch", "haproxy", "redis-server", "mongod"), ()),
    "snmpd": ("snmp_master_agent",),
    "snmptrapd": ("snmp_master_agent",),
    "lmgrd": ("license_manager",),
}

#: Linux keeps this much of a program's name (TASK_COMM_LEN, include/linux/sched.h).
_CUT = 15

#: The shortest name that may begin another: messageserver and messageserver64, but not ss and ssg.
_TELLING = 5


def is_planned(program: str, application: Application) -> bool | None:
    """Whether a program of this name is this application: True, False, or None where the name does not tell.

    True is by its name too: that it is this very application of its kind, only its command line could tell.
    """
    # netstat shows a title with blanks: "sshd: /usr/sbin".
    name = re.sub(r"\.exe$", "", program.strip().casefold()).partition(":")[0]
    bare = _squeezed(name)
    if not bare:
        return None
    component, names = _kind(application.type)
    if any(_alike(bare, one) for one in (_squeezed(application.name), *names)):
        return True
    if _among(name, _SYSTEM):
        return False
    if not component:
        return None
    if known := _among(name, _KNOWN):
        return None if component in _KNOWN[known] else False
    # Another component under its own name: scs on the port of Message Server.
    return False if bare in _component_names() else None


@lru_cache(maxsize=256)
def _kind(type: str) -> tuple[str, tuple[str, ...]]:
    """The catalogue's key for a type, empty when it has none, and every name the type goes by."""
    component = load_catalog().known(type)
    names = (type, *(component.names if component else ()))
    return component.key if component else "", tuple(dict.fromkeys(filter(None, map(_squeezed, names))))


def is_called(program: str, name: str) -> bool:
    """Whether a program has this very name, whatever its case and marks."""
    return _squeezed(re.sub(r"\.exe$", "", program.strip().casefold())) == _squeezed(name)


def _alike(first: str, second: str) -> bool:
    shorter, longer = sorted((first, second), key=len)
    return first == second or (len(shorter) >= _TELLING and longer.startswith(shorter))


def _among(name: str, known: frozenset[str] | dict[str, tuple[str, ...]]) -> str:
    """The known program of this name, or the one whose name was cut to it; empty when there is none."""
    return next(
        (one for one in known if name == one.casefold() or (len(name) == _CUT and one.casefold().startswith(name))), ""
    )


@cache
def _component_names() -> frozenset[str]:
    return frozenset(_squeezed(name) for component in load_catalog().components for name in component.names)


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "", name.casefold())
