"""Step 9: await: written as if each client were alone, and one thread serves all.

    python3 socket_asyncio.py [HOST PORT]

It sends back what it receives. End it with Ctrl-C.
"""

import asyncio
import socket
import sys

LOCALHOST = '127.0.0.1'
BACKLOG = 128


async def echo(client_socket):
    fd = client_socket.fileno()
    reader, writer = await asyncio.open_connection(sock=client_socket)
    try:
        data = await reader.read(65536)
        while data:
            writer.write(data)
            await writer.drain()
            data = await reader.read(65536)
        writer.close()
        await writer.wait_closed()
    except OSError as error:
        print('Socket', fd, 'failed:', error, file=sys.stderr)
        writer.close()
    print('Socket', fd, 'closed', flush=True)


async def serve(default_socket):
    loop = asyncio.get_running_loop()
    tasks = set()  # asyncio itself does not keep them
    full = False
    while True:
        try:
            client_socket, client_address = await loop.sock_accept(default_socket)
        except ConnectionAbortedError:
            continue
        except OSError as error:
            # Out of descriptors: until a client leaves, each further try fails, too.
            if not full:
                print('Socket', default_socket.fileno(), 'failed:', error, file=sys.stderr)
            full = True
            await asyncio.sleep(0.1)
            continue
        full = False
        print('Socket', client_socket.fileno(), 'accepted from', client_address, flush=True)

        task = asyncio.create_task(echo(client_socket))
        tasks.add(task)
        task.add_done_callback(tasks.discard)


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

asyncio.run(serve(default_socket))
