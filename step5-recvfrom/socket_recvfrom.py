"""Step 5: recvfrom(2) receives a datagram, and tells where it came from.

    python3 socket_recvfrom.py [HOST PORT]

It sends each datagram back, with sendto(2): no listen, no accept, one socket for all
clients. End it with Ctrl-C.
"""

import socket
import sys

LOCALHOST = '127.0.0.1'

address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket(type=socket.SOCK_DGRAM)
print('Socket', default_socket.fileno(), 'created', flush=True)

default_socket.bind(address_and_port)
print('Socket', default_socket.fileno(), 'bound to', default_socket.getsockname(), flush=True)

while True:
    try:
        # Empty data is an empty datagram, not the end.
        data, client_address = default_socket.recvfrom(65536)
        default_socket.sendto(data, client_address)
    except OSError as error:
        print('Socket', default_socket.fileno(), 'failed:', error, file=sys.stderr)
