"""Every sentence about a port that moves, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

from ..model import Purpose

COLUMNS = ("Concerns", "Application", "Host", "What to do", "Row")

CAPTION = "Who must change if port {port} of {application} on {host} moves"
CAPTION_TO = "Who must change if port {port} of {application} on {host} moves to {to}"
CAPTION_NUMBER = "Who must change if port {number} moves: {count} ports have it"
CAPTION_NUMBER_TO = "Who must change if port {number} moves to {to}: {count} ports have it"

NEAREST = "{port} ({application} on {host})"

# --- the port itself

OWN = "Give the port id {port_id} another number: it has {port}."
OWN_TO = "Give the port id {port_id} the number {new}: it has {port}."
SET_WHERE = "Set in: {set_where}."
IN_THE_WAY = "Choose another number: {new} meets {taken} of this application on the same machine."
IN_THE_WAY_LCA = "Choose another number: {new} is the LCA port of this host."
IN_THE_WAY_CLIENT = "Choose another number: this application fixes {new} as its own end of a connection on the machine."
SERVER_INFO = "Write the new number into the port of Server Info too: it says {number}."
TWIN = "Move the port id {port_id} too where one option sets both: it has the same number, {port}."
HOST_OBJECT = "Write the new number into the LCA port of the Host object too: it says {number}."

# --- HA

PARTNER_ALIKE = "Move the port id {port_id} of this HA partner too: it has the same number, {port}."
PARTNER_APART = "Look at the port id {port_id} of this HA partner: it has {port}, another number on another machine."
PARTNER_BESIDE = "Keep clear of this HA partner: it is on the same machine, and its port id {port_id} has {port}."
PARTNER_WITHOUT = "Look at this HA partner: it has no port with the id {port_id}."

# --- clients

CLIENT = "Let it connect again: it connects to {target}. The connection names the port id, and stays as it is."
CLIENT_STARTED = "Start it with the new number (-port on its command line): it connects to {target}."
CLIENT_OF_PARTNER = "Let it connect again: it connects to {target}, and comes here when the HA partner takes over."
CLIENT_BACKUP = "Let it connect again: as HA backup of {client} it connects to {target}."
CLIENT_PORT = "It calls from the fixed port {client_port}, which stays as it is."

# --- firewalls, and what no plan shows

RULE = "Change the rule {source} → {destination}: it lets {port} through."
RULE_TO = "Change the rule {source} → {destination}: it lets {port} through, and {new} is needed."
RULE_FROM = "Its source port is {source_port}."
NAMED = "Ask who else has the number written down. In the catalogue it is used by: {used_by}."

#: What a connection list cannot show of a port with this purpose.
OUTSIDE = {
    Purpose.SIP: (
        "Phones, gateways, softswitches and media servers send SIP here, and no connection shows them. Write the new "
        "number into the contacts of DNs (trunks, VoIP Service DNs) and into the settings of phones and gateways."
    ),
    Purpose.MEDIA: (
        "Voice comes in here from phones, gateways and session border controllers, and no connection shows them. "
        "Write the new range into their settings, and into quality-of-service rules."
    ),
    Purpose.MANAGEMENT: "Network management systems ask here, and no connection shows them. Tell them the new number.",
    Purpose.HTTP: "Browsers, links and load balancers name this number, and no connection shows them.",
    Purpose.CTI_LINK: "The two ends of a CTI link agree on this number. Write the new one at the other end too.",
    Purpose.LICENCE: "Applications name this number where they name their licence (-l number@host on a command line).",
    Purpose.DATABASE: "Whoever opens this database names the number: Database Access Points, and files of settings.",
}
#: Management ports at which no network management system asks, by component and by whether they are UDP.
OUTSIDE_MANAGEMENT = {
    ("switch", False): "Administrators type here, and no connection shows them. Tell them the new number.",
    ("snmp_master_agent", False): "Sub-agents name this number (AgentX). Write the new one into their settings.",
    (
        "network_management_system",
        True,
    ): "Whoever sends traps names this number. Write the new one where they are set up.",
}
