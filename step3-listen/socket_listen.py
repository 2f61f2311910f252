"""Step 3: listen(2) makes the socket a listening one: now clients can connect.

    python3 socket_listen.py [HOST PORT]
"""

import socket
import sys

LOCALHOST = '127.0.0.1'
BACKLOG = 128

address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket()
print('Socket', default_socket.fileno(), 'created', flush=True)

default_socket.bind(address_and_port)
print('Socket', default_socket.fileno(), 'bound to', default_socket.getsockname(), flush=True)

default_socket.listen(BACKLOG)
print('Socket', default_socket.fileno(), 'listens', flush=True)

print('Press Enter to close the socket.', flush=True)
sys.stdin.readline()
default_socket.close()
