"""Step 7: poll(2) tells which of many sockets can be read or written, to one thread.

    python3 socket_poll.py [HOST PORT]

It sends back what it receives. End it with Ctrl-C.
"""

import select
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

poll = select.poll()
poll.register(default_socket, select.POLLIN)
clients = {}  # descriptor: the socket
rests = {}    # descriptor: what waits to be sent
full = False

while True:
    ready = poll.poll(100 if full else None)

    for fd, _ in ready:
        if fd == default_socket.fileno():
            continue
        rest = echo(clients[fd], rests[fd])
        if rest is None:
            print('Socket', fd, 'closed', flush=True)
            poll.unregister(fd)
            clients.pop(fd).close()
            rests.pop(fd)
        elif rest != rests[fd]:
            rests[fd] = rest
            poll.modify(fd, select.POLLOUT if rest else select.POLLIN)

    if full or default_socket.fileno() in dict(ready):
        try:
            while True:
                client_socket, client_address = default_socket.accept()
                fd = client_socket.fileno()
                print('Socket', fd, 'accepted from', client_address, flush=True)
                client_socket.setblocking(False)
                poll.register(fd, select.POLLIN)
                clients[fd] = client_socket
                rests[fd] = b''
        except (BlockingIOError, ConnectionAbortedError):
            full = False
        except OSError as error:
            if not full:
                print('Socket', default_socket.fileno(), 'failed:', error, file=sys.stderr)
            full = True
        # Out of descriptors, poll would return at once for whoever can't be accepted.
        poll.modify(default_socket, 0 if full else select.POLLIN)
