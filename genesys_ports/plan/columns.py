"""The columns of a plan sheet, and every name people give them, in English and Portuguese."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from ..model import Purpose, Transport

__all__ = [
    "ALIASES",
    "REQUIRED",
    "USUAL",
    "Column",
    "PortColumn",
    "column_letters",
    "columns_of",
    "missing_columns",
    "named_twice",
    "plain",
    "port_columns",
]


class Column(StrEnum):
    """The columns of a plan sheet, by the name a saved sheet gives them."""

    HOST = "Host"
    APPLICATION = "Application"
    TYPE = "Type"
    PORT_ID = "Port ID"
    PORT = "Port"
    TRANSPORT = "Transport"
    PURPOSE = "Purpose"
    ADDRESS = "Address"
    CONNECTS_TO = "Connects to"
    HOST_ADDRESS = "Host address"
    HOST_PLATFORM = "Host platform"
    BACKUP = "Backup"
    TEAM = "Team"
    BLOCK = "Block"
    IGNORE = "Ignore"
    LCA_PORT = "LCA port"
    SERVER_INFO_PORT = "Server Info port"
    DN = "DN"


REQUIRED = (Column.HOST, Column.APPLICATION, Column.PORT)

#: The columns to show somebody who has none yet.
USUAL = tuple(Column)[:9]


def plain(text: str) -> str:
    """The text in small letters without accents."""
    if text.isascii():
        return text.lower()
    # Not the K of catalogue names: a footnote mark must not become a digit of a port.
    letters = unicodedata.normalize("NFD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _key(name: str) -> str:
    # No header is longer than a line; a cell of a title row may be.
    return "".join(character for character in plain(name[:200]) if character.isalnum())


_NAMES = {
    Column.HOST: "Servidor, Máquina, Hostname, Server, Nome do host, Nome do servidor, Nome da máquina, Server name, "
    "Machine, Machine name, VM name, Computer, Computador, Host (servidor), Servidor (host), App host name",
    Column.APPLICATION: "Aplicação, Aplicações, Aplicativo, Applications, App, App name, Application name, "
    "Object name, Nome da aplicação, Nome do aplicativo, Nome aplicação, Nome do app, Programa, Program",
    Column.TYPE: "Tipo, App type, Application type, Tipo de aplicação, Tipo da aplicação, Tipo de aplicativo, "
    "Tipo do aplicativo, Tipo app",
    Column.PORT_ID: "ID da porta, ID porta, Port identifier, Identificador da porta, Port name, Nome da porta",
    Column.PORT: "Ports, Porta, Portas, Port(s), Porta(s), Número da porta, Nº da porta, Nº porta, N° da porta, "
    "N° porta, Núm. porta, Port number, Port no, Porta TCP/UDP, Port TCP/UDP, "
    "TCP/UDP port, Listening port, Listening ports, Listen port, Default port, Porta de escuta, "
    "Communication port, Porta de comunicação, App port, "
    "Porta/Protocolo, Port/Protocol",
    Column.TRANSPORT: "Transporte, Protocolo, Protocol, Proto, Protocolo de transporte, Transport protocol, TCP/UDP",
    Column.PURPOSE: "Finalidade, Propósito",
    Column.ADDRESS: "Endereço, Bind address, Listen address, Listening address, Endereço de escuta, Endereço de bind",
    Column.CONNECTS_TO: "Connect to, Connections, Connects, Client of, Conecta em, Conecta a, Conecta com, "
    "Conecta-se a, Conecta, Conexão, Conexões, Cliente de, Clientes de",
    Column.HOST_ADDRESS: "Endereço do host, Endereço do servidor, Endereço da máquina, Server address",
    Column.HOST_PLATFORM: "Platform, Plataforma, Plataforma do host, Sistema operacional, Operating system, SO, S.O., "
    "OS, OS type, Host OS",
    Column.BACKUP: "Reserva, Par HA, HA pair, HA backup, Backup server, Servidor backup, Servidor de backup, "
    "Aplicação backup, Aplicação reserva",
    Column.TEAM: "Equipe",
    Column.BLOCK: "Faixa, Bloco, Port block, Bloco de portas",
    Column.IGNORE: "Ignorar, Ignored, Ignorado, Ignorados",
    Column.LCA_PORT: "Porta LCA, Porta do LCA",
    Column.SERVER_INFO_PORT: "Porta Server Info, Porta do Server Info",
    Column.DN: "Directory number, Número de diretório",
}

#: Header text, without case, accents, blanks and marks, to its column.
ALIASES: dict[str, Column] = {
    _key(name): column for column, names in _NAMES.items() for name in (column, *names.split(", "))
}

#: What may mean a column where nothing else does, the likelier column first. An IP address beside a host is the
#: host's own; without a host it is how the sheet names it.
_WEAK: dict[str, tuple[Column, ...]] = {
    _key(name): columns
    for names, columns in {
        "Name, Nome": (Column.APPLICATION,),
        "Component, Componente": (Column.APPLICATION, Column.TYPE),
        "Service, Serviço": (Column.APPLICATION, Column.PURPOSE),
        "IP, IP address, IPv4, Endereço IP, IP do host, IP do servidor, IP da máquina, IP servidor, IP host, Host IP, "
        "Server IP, App IP address": (Column.HOST, Column.HOST_ADDRESS),
        "FQDN": (Column.HOST,),
        "Description, Descrição, Use, Usage, Used for, Uso, Function, Função": (Column.PURPOSE,),
        "Identifier, Identificador": (Column.PORT_ID,),
        "Port range, Range, Faixa de portas": (Column.PORT, Column.BLOCK),
        "Time": (Column.TEAM,),
        "Extension, Extension number, Ramal, Número do ramal": (Column.DN,),
    }.items()
    for name in names.split(", ")
}


class PortColumn(NamedTuple):
    """A column of ports, by its index in the sheet, with the transport and the purpose that its name states."""

    at: int
    transport: Transport | None = None
    purpose: Purpose | None = None


#: Names of columns that hold ports of one transport or for one purpose: a sheet may have several of them.
_STATED: dict[str, tuple[Transport | None, Purpose | None]] = {
    _key(name): stated
    for names, stated in (
        ("TCP port, TCP ports, Port TCP, Ports TCP, Porta TCP, Portas TCP", (Transport.TCP, None)),
        ("UDP port, UDP ports, Port UDP, Ports UDP, Porta UDP, Portas UDP", (Transport.UDP, None)),
        (
            "TLS port, TLS ports, Port TLS, Porta TLS, Portas TLS, SSL port, Port SSL, Porta SSL, Secure port, "
            "Secure ports, Porta segura, Portas seguras",
            (Transport.TLS, None),
        ),
        ("SIP port, SIP ports, Port SIP, Porta SIP, Portas SIP", (None, Purpose.SIP)),
        ("Management port, Porta de gerência, Porta de gerenciamento, Porta gerência", (None, Purpose.MANAGEMENT)),
        ("SNMP port, Porta SNMP", (Transport.UDP, Purpose.MANAGEMENT)),
        ("HTTP port, HTTP ports, Porta HTTP, Web port, Porta web", (Transport.TCP, Purpose.HTTP)),
        ("HTTPS port, HTTPS ports, Porta HTTPS", (Transport.TLS, Purpose.HTTP)),
    )
    for name in names.split(", ")
}


def columns_of(record: Sequence[str]) -> list[Column | None]:
    """The column that each cell names, None where it names none. A doubtful name gives way to a clear one.

    Of several columns of ports one is `Column.PORT`; `port_columns` knows all of them.
    """
    keys = [_key(name) for name in record]
    columns = [ALIASES.get(key) for key in keys]
    taken = set(columns)
    stated = [index for index, key in enumerate(keys) if key in _STATED]
    if stated and Column.PORT not in taken:
        columns[stated[0]] = Column.PORT
        taken.add(Column.PORT)
    for index, key in enumerate(keys):
        for column in _WEAK.get(key, ()):
            if column not in taken:
                columns[index] = column
                taken.add(column)
                break
    return columns


def port_columns(record: Sequence[str], columns: Sequence[Column | None]) -> tuple[PortColumn, ...]:
    """The columns of ports in a row of column names, where they are several or their one name states something.

    The name of a lone column of TCP ports states nothing: a column of transports beside it does.
    """
    found = tuple(
        PortColumn(index, *_STATED.get(_key(name), (None, None)))
        for index, (name, column) in enumerate(zip(record, columns, strict=True))
        if column is Column.PORT or (column is None and _key(name) in _STATED)
    )
    return () if len(found) == 1 and found[0][1:] in ((None, None), (Transport.TCP, None)) else found


def missing_columns(columns: Sequence[Column | None]) -> list[Column]:
    """The needed columns that are not there."""
    return [column for column in REQUIRED if column not in columns]


def named_twice(columns: Sequence[Column | None], record: Sequence[str]) -> tuple[Column, str, str] | None:
    """The first column that two cells name, with the two cells; None where there is none."""
    seen: dict[Column, str] = {}
    for column, cell in zip(columns, record, strict=False):
        name = " ".join(cell.split())
        if column in seen:
            return column, seen[column], name
        if column is not None:
            seen[column] = name
    return None


def column_letters(index: int) -> str:
    """The letters a sheet shows above its column `index` (from 0): A, B, …, Z, AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
