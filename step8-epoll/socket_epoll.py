"""Step 8: epoll(7) remembers the sockets, and tells only of those that are ready.

    python3 socket_epoll.py [HOST PORT]

It sends back what it receives. On other systems selectors takes what these have, such as
kqueue(2). End it with Ctrl-C.
"""

import selectors
import socket
import sys

LOCALHOST = '127.0.0.1'
BACKLOG = 128


def echo(client_socket, rest):
    """Sends what waits or what it receives, and returns what then waits; None at the end."""
    data = rest
    try:
        data = rest or client_socket.recv(65536)
        return data[client_socket.send(data):] if data else None
    except BlockingIOError:
        return data
    except OSError as error:
        print('Socket', client_socket.fileno(), 'failed:', error, file=sys.stderr)
        return None


address_and_port = (LOCALHOST, 4444)
if len(sys.argv) == 3:
    address_and_port = (sys.argv[1], int(sys.argv[2]))

default_socket = socket.socket()
print('Socket', default_socket.fileno(), 'created', flush=True)

default_socket.bind(address_and_port)
print('Socket', default_socket.fileno(), 'bound to', default_socket.getsockname(), flush=True)

default_socket.listen(BACKLOG)
default_socket.setblocking(False)
print('Socket', default_socket.fileno(), 'listens', flush=True)

selector = selectors.DefaultSelector()
selector.register(default_socket, selectors.EVENT_READ)
full = False

while True:
    waiting = full

    for key, _ in selector.select(0.1 if full else None):
        if key.fileobj == default_socket:
            waiting = True
            continue
        rest = echo(key.fileobj, key.data)
        if rest is None:
            print('Socket', key.fd, 'closed', flush=True)
            selector.unregister(key.fileobj)
            key.fileobj.close()
        elif rest != key.data:
            event = selectors.EVENT_WRITE if rest else selectors.EVENT_READ
            selector.modify(key.fileobj, event, data=rest)

    if waiting:
        try:
            while True:
                client_socket, client_address = default_socket.accept()
                print('Socket', client_socket.fileno(), 'accepted from', client_address,
                      flush=True)
                client_socket.setblocking(False)
                selector.register(client_socket, selectors.EVENT_READ, data=b'')
        except (BlockingIOError, ConnectionAbortedError):
            if full:
                selector.register(default_socket, selectors.EVENT_READ)
            full = False
        except OSError as error:
            # Out of descriptors, select would return at once for whoever can't be accepted.
            if not full:
                print('Socket', default_socket.fileno(), 'failed:', error, file=sys.stderr)
                selector.unregister(default_socket)
            full = True
