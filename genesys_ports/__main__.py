"""`python -m genesys_ports` is the command line `genesys-ports`."""

from .cli import main

if __name__ == "__main__":
    raise SystemExit(main())
