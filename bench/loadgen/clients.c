// The crowd: opens its sockets, reads them, closes them.
#include "loadgen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static client_t *clients;
static crowd_t crowd;
static int opened, ready, failed, lost;
// What is left over of one read lies before the next one.
static char buffer[1 << 20];

int clients_ready(void) { return ready; }
int clients_failed(void) { return failed; }
int clients_lost(void) { return lost; }
int clients_opening(void) { return opened - ready - failed - lost; }

// One address has ports for 28,000 connections to a server; 127.0.0.0/8 has addresses enough.
enum { PER_ADDRESS = 20000 };

static void leave_from(int fd, int address) {
  struct sockaddr_in source = {.sin_family = AF_INET};
  source.sin_addr.s_addr = htonl(INADDR_LOOPBACK + (uint32_t)address);
  if (address > 0 && bind(fd, (struct sockaddr *)&source, sizeof source) < 0) die("bind");
}

static void open_one(int index) {
  client_t *client = &clients[index];
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)crowd.port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1;
  client->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (client->fd < 0) die("socket");
  setsockopt(client->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  leave_from(client->fd, index / PER_ADDRESS);
  if (connect(client->fd, (struct sockaddr *)&server, sizeof server) < 0 && errno != EINPROGRESS) die("connect");
  client->user = crowd.first_user + index % crowd.users;
  client->polling = crowd.polling;
  client->began = now_us();
  client->state = CONNECTING;
  loop_watch(client->fd, index, true);
  opened += 1;
}

void clients_open(const crowd_t *wanted) {
  const uint64_t patience = now_us() + 180 * 1000000ULL;
  crowd = *wanted;
  clients = calloc((size_t)crowd.count, sizeof *clients);
  opened = ready = failed = lost = 0;
  while (ready + failed + lost < crowd.count && now_us() < patience) {
    while (opened < crowd.count && clients_opening() < crowd.at_once) open_one(opened);
    loop_turn(5);
  }
}

static void end(client_t *client) {
  close(client->fd);
  free(client->rest);
  free(client->session);
  client->rest = client->session = NULL;
  client->state = DEAD;
}

void client_fail(client_t *client) {
  if (client->state == DEAD) return;
  if (client->state == READY) ready -= 1, lost += 1;
  else failed += 1;
  end(client);
}

void client_joined(client_t *client) {
  client->state = READY;
  ready += 1;
  times_add(CONNECTS, now_us() - client->began);
}

/** By reset: ten thousand sockets in TIME_WAIT would keep their ports. */
void clients_close(void) {
  struct linger reset = {.l_onoff = 1, .l_linger = 0};
  for (int i = 0; i < opened; i += 1) {
    if (clients[i].state == DEAD) continue;
    setsockopt(clients[i].fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    end(&clients[i]);
  }
  free(clients);
  clients = NULL;
  opened = ready = failed = lost = 0;
}

static void keep(client_t *client, const char *bytes, size_t length) {
  if (length > client->rest_room) {
    client->rest_room = (uint32_t)length + 256;
    client->rest = realloc(client->rest, client->rest_room);
  }
  memcpy(client->rest, bytes, length);
}

/** False once nothing more is to be read now. */
static bool read_some(client_t *client) {
  size_t before = client->rest_len;
  memcpy(buffer, client->rest, before);
  ssize_t got = recv(client->fd, buffer + before, sizeof buffer - before, 0);
  if (got < 0 && errno == EAGAIN) return false;
  if (got <= 0) {
    client_fail(client);
    return false;
  }
  size_t length = before + (size_t)got, done = wire_take(client, buffer, length);
  if (client->state == DEAD) return false;
  if (done < length) keep(client, buffer + done, length - done);
  client->rest_len = (uint32_t)(length - done);
  return length == sizeof buffer;
}

void client_event(int index, bool writable, bool broken) {
  client_t *client = &clients[index];
  if (client->state == DEAD) return;
  if (client->state != CONNECTING) {
    while (read_some(client)) continue;
    return;
  }
  if (broken) return client_fail(client);
  if (!writable) return;
  loop_rewatch(client->fd, index);
  wire_begin(client, &crowd);
}
