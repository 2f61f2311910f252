/* The client in C: connect(2) to 127.0.0.1, with the port as argument. */
/* Sends its standard input up to the end, then prints the reply. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(argc > 1 ? atoi(argv[1]) : 4444),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0) {
        perror("socket");
        return 1;
    }
    if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("connect");
        return 1;
    }
    char buf[65536];
    size_t length;
    while ((length = fread(buf, 1, sizeof buf, stdin)) > 0) {
        for (size_t sent = 0; sent < length;) {
            ssize_t part = send(fd, buf + sent, length - sent, 0);
            if (part < 0) {
                perror("send");
                return 1;
            }
            sent += part;
        }
    }
    shutdown(fd, SHUT_WR);
    ssize_t received;
    while ((received = recv(fd, buf, sizeof buf, 0)) > 0) {
        fwrite(buf, 1, received, stdout);
    }
    if (received < 0) {
        perror("recv");
        return 1;
    }
    close(fd);
    return 0;
}
