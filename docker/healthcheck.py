"""Is the server in this container well? Asks under a name of ALLOWED_HOSTS, or it would be refused."""

import os
import sys
import urllib.request

SECONDS = 8

host = os.environ.get("ALLOWED_HOSTS", "").split(",")[0].strip() or "localhost"
url = f"http://127.0.0.1:{os.environ.get('PORT') or 9000}/api/health"
try:
    urllib.request.urlopen(urllib.request.Request(url, headers={"Host": host}), timeout=SECONDS).close()
except OSError as error:  # also the answers from 400 on: 503 is a server without its database
    sys.exit(f"{url}: {error}")
