"""`python -m dataaudit.cli`."""

from dataaudit.cli import program

program()
