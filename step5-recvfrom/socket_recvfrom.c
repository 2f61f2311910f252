/* Step 5 in C: recvfrom(2) on 127.0.0.1, with the port as argument; tells the port. */
/* Sends each datagram back to where it came from. */

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
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) {
        perror("socket");
        return 1;
    }
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0) {
        perror("bind");
        return 1;
    }
    socklen_t length = sizeof address;
    if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) {
        perror("getsockname");
        return 1;
    }
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    for (;;) {
        char buf[65536];
        struct sockaddr_in peer;
        length = sizeof peer;
        /* 0 is an empty datagram, not the end. */
        ssize_t received =
            recvfrom(fd, buf, sizeof buf, 0, (struct sockaddr *)&peer, &length);
        if (received < 0) {
            perror("recvfrom");
        } else if (sendto(fd, buf, received, 0, (struct sockaddr *)&peer, length) < 0) {
            perror("sendto");
        }
    }
}
