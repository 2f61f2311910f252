"""The other end: connect(2) connects a socket to the address of a server.

    python3 socket_connect.py [HOST PORT]

It sends its standard input up to the end (Ctrl-D, on Windows Ctrl-Z and Enter), then
prints the reply.
"""

import socket
import sys

LOCALHOST = '127.0.0.1'

address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket()
print('Socket', default_socket.fileno(), 'created', file=sys.stderr)

default_socket.connect(address_and_port)
print('Socket', default_socket.fileno(), 'connected to', default_socket.getpeername(),
      file=sys.stderr)

default_socket.sendall(sys.stdin.buffer.read())
default_socket.shutdown(socket.SHUT_WR)

data = default_socket.recv(65536)
while data:
    sys.stdout.buffer.write(data)
    data = default_socket.recv(65536)

default_socket.close()
