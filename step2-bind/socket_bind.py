"""Step 2: bind(2) gives the socket an address of its own.

    python3 socket_bind.py [HOST PORT]
"""

import socket
import sys

LOCALHOST = '127.0.0.1'

address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket()
print('Socket', default_socket.fileno(), 'created', flush=True)

default_socket.bind(address_and_port)
print('Socket', default_socket.fileno(), 'bound to', default_socket.getsockname(), flush=True)

print('Press Enter to close the socket.', flush=True)
sys.stdin.readline()
default_socket.close()
