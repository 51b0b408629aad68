"""`python -m worker.cli`: the command, where a child of ours runs it."""

from worker.cli import main

main()
