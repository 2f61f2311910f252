"""Step 4: accept(2) takes a client from the queue and returns a new socket for it.

    python3 socket_accept.py [HOST PORT]

It sends back what it receives, one client at a time. End it with Ctrl-C.
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

while True:
    client_socket, client_address = default_socket.accept()
    print('Socket', client_socket.fileno(), 'accepted from', client_address, flush=True)

    try:
        data = client_socket.recv(65536)
        while data:
            client_socket.sendall(data)
            data = client_socket.recv(65536)
    except OSError as error:
        print('Socket', client_socket.fileno(), 'failed:', error, file=sys.stderr)

    print('Socket', client_socket.fileno(), 'closed', flush=True)
    client_socket.close()
