"""Step 0: a name becomes an address.

    python3 gethostbyname.py [NAME]

NAME is the name of a host, not a URL. gethostbyname knows IPv4 only, and returns one
address; getaddrinfo returns them all.
"""

import socket
import sys

name = 'localhost'
if len(sys.argv) == 2:
    name = sys.argv[1]

try:
    print(socket.gethostbyname(name))
except socket.gaierror as error:
    sys.exit(f'gethostbyname({name!r}): {error}')
