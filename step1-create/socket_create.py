"""Step 1: socket(2) creates a socket and returns its descriptor.

    python3 socket_create.py
"""

import socket
import sys

default_socket = socket.socket(family=socket.AF_INET,
                               type=socket.SOCK_STREAM,
                               proto=0,
                               fileno=None)
print('Socket', default_socket.fileno(), 'created', flush=True)

print('Press Enter to close the socket.', flush=True)
sys.stdin.readline()
default_socket.close()
