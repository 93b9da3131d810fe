"""CSTA III in XML (ECMA-269, ECMA-323): messages, framing, and both ends of a CTI link. Bytes in, bytes out."""
