"""The sheets with mistakes as data: what stands in the cells of each row, and what a check finds there.

A line that begins with @ begins a host, whose cells go for the rows below it (its first columns, in order). Any other
line is a row: finding codes (`unreadable` where no reader can make anything of a cell), application, type, port,
transport; then other cells by the name of their column.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["MESSY", "UNREADABLE", "WORKSHEET", "Row", "Sheet"]

UNREADABLE = "unreadable"


class Row(NamedTuple):
    """One row: the codes of what is wrong with it, its cells by column, and whether a host begins here."""

    finds: tuple[str, ...]
    cells: dict[str, str]
    first: bool


class Sheet(NamedTuple):
    """One sheet: a title above the columns; the first `merged` columns belong to a host, the next four to every row."""

    name: str
    title: str
    columns: tuple[str, ...]
    merged: int
    lines: str

    def rows(self) -> Iterator[Row]:
        """The rows, in order; cells of a host stand in its first row only."""
        host: dict[str, str] = {}
        for line in filter(None, map(str.strip, self.lines.splitlines())):
            parts = [part.strip() for part in line.removeprefix("@").split("|")]
            if line.startswith("@"):
                host = dict(zip(self.columns, parts, strict=False))
                continue
            codes, *usual = parts[:5]
            cells = dict(zip(self.columns[self.merged :], usual, strict=False))
            for part in parts[5:]:
                name, _, cells[name] = part.partition(" = ")
            yield Row(tuple(codes.split()), {**host, **cells}, first=bool(host))
            host = {}


_SITE_A = Sheet(
    "SITE A",
    "Contact centre, site A: ports in production (v7, final 2)",
    (
        *("Host", "IP", "OS", "LCA port", "Application", "Type", "Port", "Protocol", "Port ID", "Used for"),
        *("Connects to", "Backup", "Team", "Block", "Server Info port", "Ignore", "Owner", "Ticket", "Remarks"),
    ),
    4,
    """
    @ gen-fw-01 | 10.1.0.11 | RHEL 8 | 4999
    GP105 GP221 GP602 | ConfServ_P | Configuration Server | 2020.0 | TCP | Backup = ConfServ_B | Owner = Ana
    | SCS_P | Solution Control Server | 3600 | TCP | Connects to = ConfServ_P; MessageServer_P | Owner = Ana
    GP220 | MessageServer_P | Message Server | 5150 | TCP | Backup = MessageServer_B | Connects to = ConfServ_P | \
        Team = framework | Block = 5100-5199 | Owner = Ana | Ticket = CHG-1041
    GP220 | MessageServer_B | Message Server | 5150 | TCP | Team = framework | Remarks = same as the primary
    GP101 | ReportServer_P | | 5160 | tcp | Team = framework | Owner = Rui
    GP101 | LogDB_MS | Message Server | 5160/tcp | | Team = framework | Owner = ? | Remarks = who added this?
    GP105 GP512 | StatServer_P | Stat Server | 4999 | TCP | Owner = Ana
    GP201 | URS_P | Universal Routing Server | 5200 | TCP | Port ID = default
    GP201 | URS_P | | 5200 | TCP | Port ID = management | Used for = SNMP management
    GP501 | Message Server (P2) | Message Server | 5153 | TCP | Team = framework
    GP502 | gws-1 | Genesys Web Services | 8090 | TCP | Used for = HTTP
    GP410 | OCS_P | Outbound Contact Server | 6150 | TCP | Team = framework
    GP406 | ICON_P | ICON | 900 | TCP
    GP409 | UCS_P | UCS | 3306 | TCP
    GP404 | LRM_P | LRM | 40000 | TCP
    GP603 | GAX_P | GAX | 8180 | TCP | Used for = HTTP | Ignore = GP999

    @ gen-fw-02 | 10.1.0.12 | RHEL 8 | 1999
    GP221 GP403 GP601 | ConfServ_B | Configuration Server | 2021 | TCP
    GP512 | IXN_P | Interaction Server | 8090 | TCP
    GP510 | StatServer_2 | Stat Sever | 2070 | TCP
    GP202 | DBServer_P | DB Server | 5303 | TCP | Server Info port = 5304
    GP402 | CPD_P | CPD | 0 | TCP
    GP401 | FlexLM | License Manager | 72600 | TCP | Used for = licence
    GP408 | TServer_P | T-Server | 1/2/14 | | Remarks = Voice Treatment Port?
    unreadable | ORS_P | Orchestration Server | 112oo | TCP
    unreadable | | | 7100 | TCP | Remarks = whose is this?
    | GVP_Reporting | | 5140 | TCP | Team = voice | Block = 5130-5249

    @ Framework Host 3 | 10.1.0.13 | Linux
    GP503 | FS_P | SIP Feature Server | 8080 | TCP | Used for = HTTP

    @ framework2 | 10.1.0.12 | RHEL 8
    GP601 | WebDAV_P | | 8443 | TLS | Used for = HTTPS

    @ GEN-FW-01 | | RHEL 8
    GP602 | Backup_Agent | | 8444 | TCP
    """,
)

_SITE_B = Sheet(
    "SITE B",
    "Central de atendimento, site B: portas em uso",
    (
        *("Servidor", "Endereço IP", "Sistema operacional", "Aplicação", "Tipo", "Porta", "Protocolo", "ID da porta"),
        *("Finalidade", "Endereço", "Conecta a", "Reserva", "Ramal", "Responsável", "Chamado", "Observações"),
    ),
    3,
    """
    @ gen-sip-01 | 10.1.1.21 | Windows Server 2019
    | SIP_P | SIP Server | 8000 | TCP | ID da porta = default | Reserva = SIP_B | Responsável = João
    GP210 GP222 | SIP_P | | 5060 | UDP | ID da porta = sip | Finalidade = SIP
    GP103 | Proxy_P | | 5061 | TCP | Finalidade = SIP
    GP103 | RM_P | GVP Resource Manager | 5061 | TLS | Finalidade = SIP
    GP104 | Painel | | 8095 | TCP | Endereço = 0.0.0.0 | Finalidade = web
    GP104 | Relatorio | | 8095 | TCP | Endereço = 10.1.1.21 | Finalidade = web
    GP407 | Gravador | | 50000 | TCP | Finalidade = gravação de voz | Observações = aprovado em 2019
    GP223 | TServer_B1 | T-Server | 7200 | TCP | Reserva = StatServer_B
    GP223 GP301 GP302 | StatServer_B | Stat Server | 2060 | TCP | Conecta a = SIP_P:tlib; Nada_P

    @ gen-sip-02 | 10.1.1.22 | Windows Server 2019
    GP211 GP222 | SIP_B | SIP Server | 8000 | TCP | ID da porta = default
    GP224 GP305 | MS_1 | Message Server | 5150 | TCP | Reserva = MS_3
    GP224 | MS_2 | Message Server | 5151 | TCP | Reserva = MS_3
    GP224 | MS_3 | Message Server | 5152 | TCP
    GP225 | URS_1 | URS | 5301 | TCP | Reserva = URS_9
    GP226 | OCS_1 | OCS | 5401 | TCP | Reserva = OCS_2
    GP226 | OCS_2 | OCS | 5402 | TCP | Reserva = OCS_1
    GP301 GP310 | ICON_1 | ICON | 5501 | TCP | Conecta a = SIP_P:tlib
    GP302 | ICON_2 | ICON | 5502 | TCP | Conecta a = StatServer_Q
    GP303 | ICON_3 | ICON | 5503 | TCP | Conecta a = ICON_3
    GP304 | ICON_4 | ICON | 5504 | TCP | Conecta a = MS_TLS tls=0
    GP305 | ICON_5 | ICON | 5505 | TCP | Conecta a = MS_1 tls=1
    GP310 | ICON_6 | ICON | 5506 | TCP | Conecta a = MS_1 port=5501
    GP311 | ICON_7 | ICON | 5507 | TCP | Conecta a = MS_1 port=4500
    GP311 | ICON_8 | ICON | 5508 | TCP | Conecta a = MS_2 port=4500
    GP312 | ICON_9 | ICON | 5509 | TCP | Conecta a = MS_2 port=50001
    GP304 | MS_TLS | Message Server | 5153 | TLS

    @ gen-mcp-01 | 10.1.1.31 | Linux
    GP405 GP102 | MCP_1 | GVP Media Control Platform | 20000-45000 | UDP | ID da porta = default | Finalidade = RTP
    GP102 | Gravacao_RTP | | 30000 | UDP | Finalidade = RTP
    unreadable | MCP_2 | GVP Media Control Platform | 5070 | pombo | Finalidade = SIP
    | Softphone | Softphone | 5090 tcp/udp | | Finalidade = SIP | Observações = na mesma máquina
    GP504 | Softphone_2 | Softphone | 5092 tcp/udp | | Finalidade = SIP | Ramal = 1001 | Observações = copiado
    | IVR_Ctl | | 9800;9801 | TCP e UDP | Finalidade = controle
    GP504 | Telefone_1 | Telefone | 5060 tcp/udp | | Finalidade = SIP | Ramal = 1001
    unreadable | Licenca | License Manager | #REF! | TCP
    unreadable | MCP_1 | | 5072 | TCP | ID da porta = default
    """,
)

#: Every kind of mistake; its third sheet holds notes and no plan.
WORKSHEET = (_SITE_A, _SITE_B)

#: A small one, which a lesson turns into a clean plan.
MESSY = (
    Sheet(
        "Ports",
        "Ports of the contact centre, as of spring",
        ("Host", "Application", "Type", "Port", "Protocol", "Used for", "Connects to", "Owner", "Remarks"),
        1,
        """
        @ framework-host
        | configuration_server | Configuration Server | 2020.0 | TCP | Owner = Ana
        | solution_control_server | Solution Control Server | 3600 | TCP | \
            Connects to = configuration_server; message_server | Owner = Ana | Remarks = as in the course
        GP101 | message_server | Message Server | 5150 | TCP | Connects to = configuration_server | Owner = Ana
        GP101 | log_server | Message Server | 5150/tcp | | Connects to = configuration_server | Remarks = whose is it?
        unreadable | report_server | | 81O0 | TCP | Owner = Rui
        @ sip-host
        | sip_server | SIP Server | 8000 | TCP | Connects to = configuration_server; message_server | Owner = Eva
        GP210 | sip_server | | 5060/udp | | Used for = SIP | Remarks = phones and gateways
        GP408 | t_server | T-Server | station 24 | | Remarks = number of the telephony team
        GP302 | stat_server | Stat Server | 2060 | TCP | Connects to = configuration_server; sip_sever | Owner = Eva
        """,
    ),
)

NOTES = (
    "Notes",
    (
        "Do not give out numbers below 5000 without asking Ana.",
        "Firewall requests: always name who connects, not who sends.",
        "Site B is kept by João; columns are in Portuguese.",
    ),
)
