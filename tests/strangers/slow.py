"""Takes a minute to import, as heavy libraries do."""

import time

time.sleep(60)
