"""SIP as data and state (RFC 3261): bytes in, bytes out. Nothing here opens a socket or looks at a clock of its own."""
