"""AgentX (RFC 2741): how a sub-agent stands behind a master agent. Bytes in, bytes out."""
