"""A trace as a pcapng file, to open in Wireshark."""
