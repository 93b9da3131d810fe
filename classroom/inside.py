"""`python -m classroom.inside FILES PROGRAM …`: a learner's kernel or terminal, in the learner's own network.

FILES are the namespaces to join, with commas between them; see `linux.Namespaces`.
"""

import os
import sys

from classroom.linux import enter

if __name__ == "__main__":
    enter(sys.argv[1].split(","))
    os.execvp(sys.argv[2], sys.argv[2:])
