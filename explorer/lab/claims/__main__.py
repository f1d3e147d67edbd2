"""`python -m explorer.lab.claims`: every claim of the page over several seeds."""

import sys

from explorer.lab.claims.judged import main

main(sys.argv[1:])
