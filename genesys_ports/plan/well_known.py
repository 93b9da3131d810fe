"""Numbers that everybody takes for something else: a small part of IANA's registry.

Source: IANA, Service Name and Transport Protocol Port Number Registry (names and transports as registered), reduced to
services that are common on servers of a contact centre and beside them. Oracle's 1521 is not registered for Oracle,
nor 8443 for HTTPS, which Apache's Tomcat uses it for; Microsoft's and Oracle's manuals and Debian's /etc/services agree
about the rest.
"""

from __future__ import annotations

from typing import NamedTuple

from ..model import Purpose, Transport

__all__ = ["WELL_KNOWN", "Service"]


class Service(NamedTuple):
    """What a number is known for.

    An application with one of the purposes, or with one of the words in its type or name, may well be just that.
    """

    name: str
    purposes: tuple[Purpose, ...] = ()
    words: tuple[str, ...] = ()


_TCP, _UDP = Transport.TCP, Transport.UDP
_WEB = (Purpose.HTTP,)
#: How applications are called that sheets list without a type and a purpose.
_WEB_NAMES = ("web", "http", "www", "portal", "proxy", "nginx", "apache", "tomcat", "jetty", "iis", "gax", "gwe", "gir")
_DB_NAMES = ("sql", "oracle", "postgres", "mariadb", "database", "db")
_SIP_NAMES = ("sip", "sbc", "pbx", "proxy", "trunk", "gateway", "phone", "resource manager", "resource_manager", "gvp")
_DB = (Purpose.DATABASE,)
_MANAGEMENT = (Purpose.MANAGEMENT,)

#: By number and carrier.
WELL_KNOWN: dict[tuple[int, Transport], Service] = {
    (20, _TCP): Service("FTP data", words=("ftp",)),
    (21, _TCP): Service("FTP", words=("ftp",)),
    (22, _TCP): Service("SSH", _MANAGEMENT, ("ssh", "sftp")),
    (23, _TCP): Service("Telnet", _MANAGEMENT, ("telnet",)),
    (25, _TCP): Service("SMTP mail", words=("smtp", "mail")),
    (53, _TCP): Service("DNS", words=("dns",)),
    (53, _UDP): Service("DNS", words=("dns",)),
    (80, _TCP): Service("HTTP", _WEB, _WEB_NAMES),
    (88, _TCP): Service("Kerberos", words=("kerberos",)),
    (88, _UDP): Service("Kerberos", words=("kerberos",)),
    (110, _TCP): Service("POP3 mail", words=("pop3", "mail")),
    (111, _TCP): Service("RPC port mapper", words=("rpc",)),
    (111, _UDP): Service("RPC port mapper", words=("rpc",)),
    (123, _UDP): Service("NTP", words=("ntp",)),
    (135, _TCP): Service("Windows RPC", words=("rpc",)),
    (137, _UDP): Service("NetBIOS names", words=("netbios",)),
    (138, _UDP): Service("NetBIOS datagrams", words=("netbios",)),
    (139, _TCP): Service("NetBIOS sessions", words=("netbios", "samba")),
    (143, _TCP): Service("IMAP mail", words=("imap", "mail")),
    (161, _UDP): Service("SNMP", _MANAGEMENT, ("snmp",)),
    (162, _UDP): Service("SNMP traps", _MANAGEMENT, ("snmp",)),
    (389, _TCP): Service("LDAP", words=("ldap", "directory")),
    (443, _TCP): Service("HTTPS", _WEB, _WEB_NAMES),
    (445, _TCP): Service("Windows file shares", words=("smb", "samba")),
    (514, _UDP): Service("syslog", words=("syslog",)),
    (587, _TCP): Service("mail submission", words=("smtp", "mail")),
    (636, _TCP): Service("LDAP over TLS", words=("ldap", "directory")),
    (705, _TCP): Service("AgentX", _MANAGEMENT, ("snmp",)),
    (993, _TCP): Service("IMAP mail over TLS", words=("imap", "mail")),
    (995, _TCP): Service("POP3 mail over TLS", words=("pop3", "mail")),
    (1433, _TCP): Service("Microsoft SQL Server", _DB, _DB_NAMES),
    (1434, _UDP): Service("Microsoft SQL Server Browser", _DB, ("sql",)),
    (1521, _TCP): Service("Oracle Database", _DB, _DB_NAMES),
    (1812, _UDP): Service("RADIUS", words=("radius",)),
    (1813, _UDP): Service("RADIUS accounting", words=("radius",)),
    (2049, _TCP): Service("NFS", words=("nfs",)),
    (3260, _TCP): Service("iSCSI", words=("iscsi",)),
    (3306, _TCP): Service("MySQL", _DB, _DB_NAMES),
    (3389, _TCP): Service("Remote Desktop", _MANAGEMENT, ("rdp", "remotedesktop")),
    (5060, _TCP): Service("SIP", (Purpose.SIP,), _SIP_NAMES),
    (5060, _UDP): Service("SIP", (Purpose.SIP,), _SIP_NAMES),
    (5061, _TCP): Service("SIP over TLS", (Purpose.SIP,), _SIP_NAMES),
    (5432, _TCP): Service("PostgreSQL", _DB, _DB_NAMES),
    (5672, _TCP): Service("AMQP (RabbitMQ)", words=("rabbit", "amqp")),
    (5900, _TCP): Service("VNC", _MANAGEMENT, ("vnc",)),
    (5985, _TCP): Service("Windows Remote Management", _MANAGEMENT, ("winrm",)),
    (5986, _TCP): Service("Windows Remote Management over TLS", _MANAGEMENT, ("winrm",)),
    (6379, _TCP): Service("Redis", (Purpose.DATABASE,), ("redis",)),
    (8080, _TCP): Service("HTTP (alternate)", _WEB, _WEB_NAMES),
    (8443, _TCP): Service("HTTPS (alternate)", _WEB, _WEB_NAMES),
    (11211, _TCP): Service("memcached", words=("memcache",)),
    (27017, _TCP): Service("MongoDB", _DB, ("mongo",)),
}
