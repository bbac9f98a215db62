// Publishes to Redis, in its own protocol and in batches.
#include "loadgen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LONGEST = 64 * 1024, ROOM = 8 * 1024 * 1024 };
static int redis;
static char waiting[ROOM];
static size_t waiting_length;
static uint64_t seed = 88172645463325252ULL;

static uint32_t random_below(int limit) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (uint32_t)(seed % (uint64_t)limit);
}

void redis_open(int port) {
  struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  int one = 1;
  redis = socket(AF_INET, SOCK_STREAM, 0);
  if (redis < 0 || connect(redis, (struct sockaddr *)&server, sizeof server) < 0) die("redis");
  setsockopt(redis, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  fcntl(redis, F_SETFL, O_NONBLOCK);
  loop_watch(redis, WATCH_REDIS, false);
}

void redis_replied(void) {
  static char last = '\n';
  char replies[65536];
  ssize_t got = read(redis, replies, sizeof replies);
  if (got == 0 || (got < 0 && errno != EAGAIN)) die("redis");
  for (ssize_t i = 0; i < got; i += 1) {
    // Ids of entries hold one too, but never at the beginning of a line.
    if (replies[i] == '-' && last == '\n') die("redis refused to publish");
    last = replies[i];
  }
}

void redis_flush(void) {
  size_t done = 0;
  while (done < waiting_length) {
    ssize_t put = write(redis, waiting + done, waiting_length - done);
    if (put > 0) done += (size_t)put;
    else if (errno != EAGAIN) die("redis");
    else poll(&(struct pollfd){.fd = redis, .events = POLLOUT}, 1, 100);
  }
  waiting_length = 0;
}

static const char PUBLISH[] = "*3\r\n$7\r\nPUBLISH\r\n$%zu\r\n%s\r\n$%zu\r\n";
static const char XADD[] = "*8\r\n$4\r\nXADD\r\n$%zu\r\n%s\r\n$6\r\nMAXLEN\r\n$1\r\n~\r\n$5\r\n10000\r\n$1\r\n*\r\n"
                           "$7\r\npayload\r\n$%zu\r\n";

static void enqueue(bool stream, const char *channel, const char *payload, size_t length) {
  if (waiting_length + length + 256 > ROOM) redis_flush();
  waiting_length +=
      (size_t)sprintf(waiting + waiting_length, stream ? XADD : PUBLISH, strlen(channel), channel, length);
  memcpy(waiting + waiting_length, payload, length);
  waiting_length += length;
  memcpy(waiting + waiting_length, "\r\n", 2);
  waiting_length += 2;
}

static const char WHEN[] = "2026-11-22T10:30:00Z";

static int broadcast_body(char *text) {
  return sprintf(text, ",\"user_id\":%u,\"last_seen\":\"%s\",\"status\":\"online\"", 1 + random_below(100000), WHEN);
}

static int notification_body(char *text, int user) {
  return sprintf(text,
                 ",\"id\":%u,\"user_id\":%d,\"type\":\"login\",\"title\":\"hello\",\"message\":\"m\",\"data\":{\"a\":1},"
                 "\"created_at\":\"%s\"",
                 1 + random_below(100000), user, WHEN);
}

static int pair_body(char *text, int users, int first_user) {
  int one = (int)random_below(users);
  int other = (one + 1 + (int)random_below(users - 1)) % users;
  return sprintf(text, ",\"feature_id\":%u,\"old_owner_id\":%d,\"new_owner_id\":%d,\"timestamp\":\"%s\"",
                 1 + random_below(100000), first_user + one, first_user + other, WHEN);
}

static int finish(char *text, int length, const load_t *load) {
  if (load->traceparent)
    length += sprintf(text + length, ",\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-%s\"",
                      load->traceparent);
  int padding = load->size - length - 10;
  if (padding > 0) {
    length += sprintf(text + length, ",\"pad\":\"");
    memset(text + length, 'x', (size_t)padding);
    length += padding;
    text[length++] = '"';
  }
  text[length++] = '}';
  return length;
}

/** One message; who should hear it is told to load.c, and its mark comes back with each delivery. */
void publish(const load_t *load, char kind, int clients, int users, int first_user) {
  static char text[LONGEST];
  char route[32];
  const char *channel = "notifications";
  const int sockets_of_user = clients / users;
  const int wanted = load->among > 0 && load->among < users ? load->among : users;
  int heard_by = kind == 'b' ? clients : kind == 'p' ? 2 * sockets_of_user : kind == 'n' ? 0 : sockets_of_user;
  int length = sprintf(text, "{\"mark\":\"%c%08u%016llu\"", kind == 'b' ? 'b' : 'u', load_begin_message((uint32_t)heard_by),
                       (unsigned long long)now_us());
  if (kind == 'b') channel = "user-status", length += broadcast_body(text + length);
  else if (kind == 'p') channel = "feature-status", length += pair_body(text + length, wanted, first_user);
  // Nobody has that number.
  else if (kind == 'n') length += notification_body(text + length, 1000000000 + (int)random_below(1000000));
  else length += notification_body(text + length, first_user + (int)random_below(wanted));
  if (load->channels > 0 && kind != 'b' && kind != 'p') {
    snprintf(route, sizeof route, "route-%u", random_below(load->channels));
    channel = route;
  }
  enqueue(load->stream, channel, text, (size_t)finish(text, length, load));
}
