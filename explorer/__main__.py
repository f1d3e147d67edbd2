"""`python -m explorer MODEL …`: the app's facts in a terminal."""

import sys

from explorer.cli.main import main

sys.exit(main())
