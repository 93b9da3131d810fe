"""A switch as data and state: its frame with physical ports, and the calls that occupy them. No sockets."""
