"""`python -m dataaudit.cli`."""

from dataaudit.cli import main

main()
