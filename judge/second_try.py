"""A server of your own: what a client sends comes back."""

import socket

server = socket.create_server(('127.0.0.1', 4444))
print('Listening', flush=True)

while True:
    client, _ = server.accept()
    try:
        with client:
            while data := client.recv(65536):
                client.sendall(data)
    except ConnectionError:
        pass  # This client is gone, the server is not.
