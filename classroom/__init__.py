"""A classroom on one machine: JupyterHub with an account, a folder and a loopback network for each learner.

`python3 run.py classroom` starts it; docs/classroom.md tells how it is used and where else it can run. The commands are
in `command`, the accounts in `roll`, what one learner gets in `spawner`, and the instructor's page in `page`.
"""
