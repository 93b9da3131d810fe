"""Every sentence about two plans, whole, with named places for values. A translation replaces this file."""

from __future__ import annotations

COLUMNS = ("Change", "What", "Name", "Before", "After", "Row")

CAPTION_SAME = "{old} → {new}: nothing differs"
CAPTION_ONE = "{old} → {new}: 1 change"
CAPTION = "{old} → {new}: {count} changes"

#: A thing of another: a port of an application, a voice port of a switch.
NAME = "{owner}: {name}"

# --- what is known of a thing, as `Before` and `After` show it

PLAIN = "{value}"
HOST = "host {value}"
TYPE = "type {value}"
TEAM = "team {value}"
SERVER_INFO = "port of Server Info {value}"
DN = "DN {value}"
ADDRESS = "address {value}"
PLATFORM = "platform {value}"
LCA_PORT = "LCA port {value}"
# Transport parameters of a connection, as they are written.
CLIENT_PORT = "port={value}"
BACKUP_CLIENT_PORT = "backup-port={value}"
CLIENT_ADDRESS = "address={value}"
SECURE = "tls={value}"
NOTHING = "none"

# --- renamed, as far as anybody can tell

SAME_ADDRESS = "{name} (a guess: it has the same address)"
SAME_APPLICATIONS = "{name} (a guess: it has the same applications)"
SAME_PORTS = "{name} (a guess: it has the same ports on the same host)"
SAME_PORT = "{name} (a guess: it has the same number and transport)"
