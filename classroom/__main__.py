"""`python -m classroom …`, which `python3 run.py classroom …` starts in the project's own environment."""

import sys

from classroom.command import main

sys.exit(main())
