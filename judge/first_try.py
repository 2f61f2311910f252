"""A server of your own: what a client sends comes back."""

import socket

server = socket.create_server(('127.0.0.1', 4444))
print('Listening', flush=True)

while True:
    client, _ = server.accept()
    try:
        with client, client.makefile('rb') as lines:
            for line in lines:
                client.sendall(line)
    except ConnectionError:
        pass  # This client is gone, the server is not.
