"""Step 6: a thread for each client, so that nobody waits for another one.

    python3 socket_threads.py [HOST PORT]

It sends back what it receives. End it with Ctrl-C.
"""

import socket
import sys
import threading
import time

LOCALHOST = '127.0.0.1'
BACKLOG = 128


def echo(client_socket):
    with client_socket:
        try:
            data = client_socket.recv(65536)
            while data:
                client_socket.sendall(data)
                data = client_socket.recv(65536)
        except OSError as error:
            print('Socket', client_socket.fileno(), 'failed:', error, file=sys.stderr)
        print('Socket', client_socket.fileno(), 'closed', flush=True)


address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket()
print('Socket', default_socket.fileno(), 'created', flush=True)

default_socket.bind(address_and_port)
print('Socket', default_socket.fileno(), 'bound to', default_socket.getsockname(), flush=True)

default_socket.listen(BACKLOG)
print('Socket', default_socket.fileno(), 'listens', flush=True)

full = False
while True:
    try:
        client_socket, client_address = default_socket.accept()
    except ConnectionAbortedError:
        continue
    except OSError as error:
        # Out of descriptors: until a client leaves, each further try fails, too.
        if not full:
            print('Socket', default_socket.fileno(), 'failed:', error, file=sys.stderr)
        full = True
        time.sleep(0.1)
        continue
    full = False
    print('Socket', client_socket.fileno(), 'accepted from', client_address, flush=True)

    try:
        # A daemon: the end of the server does not wait for its clients.
        threading.Thread(target=echo, args=[client_socket], daemon=True).start()
    except RuntimeError as error:
        print('Socket', client_socket.fileno(), 'failed:', error, file=sys.stderr)
        client_socket.close()
