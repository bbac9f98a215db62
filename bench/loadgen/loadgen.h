// Load generator: one thread, one epoll. Many Socket.IO clients towards one server, one publisher towards its Redis.
#pragma once
#define _GNU_SOURCE
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// loop.c
enum { WATCH_REDIS = -1, WATCH_STDIN = -2 };
extern bool stdin_ready;
void loop_init(void);
void loop_watch(int fd, int watched, bool also_write);
void loop_rewatch(int fd, int watched);
void loop_turn(int most_ms);
void loop_for(double seconds);

// clients.c
typedef struct {
  const char *salt; // makes the tokens of one crowd differ from another's
  int port, count, users, first_user, at_once;
  bool polling, resume; // resume: asks for positions
} crowd_t;
void clients_open(const crowd_t *crowd);
void clients_close(void);
void client_event(int index, bool writable, bool broken);
int clients_ready(void);
int clients_failed(void);
int clients_opening(void);
int clients_lost(void); // were ready once

// wire.c: what a client says and hears; the transports under it differ.
typedef enum { DEAD, CONNECTING, UPGRADING, OPENING, JOINING, READY } state_t;
typedef struct {
  char *rest; // bytes of a frame or response that is not complete yet
  char *session; // long-polling only
  uint64_t began;
  uint32_t rest_len, rest_room;
  int fd, user;
  uint8_t state;
  bool polling;
} client_t;
void wire_begin(client_t *client, const crowd_t *crowd);
size_t wire_take(client_t *client, char *bytes, size_t length); // returns how many are done with
void client_joined(client_t *client);
void client_fail(client_t *client);

// publisher.c
typedef struct {
  double seconds; // then nothing new is published
  long count; // or after so many messages
  char kind; // b broadcast, u unicast, p pair, n not here, m mix, o open loop
  int window; // messages in flight; 0 in an open loop
  int size; // bytes of a payload
  int share; // percent of a mix that is broadcast
  int channels; // publish unicasts to route-<k>, k below this
  int among; // the users that messages go to; 0 is all of them
  double broadcasts, unicasts; // per second, in an open loop
  const char *traceparent; // its flags, 00 or 01
  bool stream; // XADD in place of PUBLISH
} load_t;
void redis_open(int port);
void redis_replied(void);
void redis_flush(void);
void publish(const load_t *load, char kind, int clients, int users, int first_user);

// load.c
typedef struct {
  uint64_t sent, expected, delivered, surplus;
  double wall;
  bool stalled;
} tally_t;
tally_t load_run(const load_t *load, int clients, int users, int first_user);
uint32_t load_begin_message(uint32_t deliveries); // returns its number
void load_delivered(char kind, uint32_t number, uint64_t published_at);

// gauges.c
uint64_t now_us(void);
double cpu_seconds(int pid); // of all its threads
double own_cpu_seconds(void);
double busy_seconds(int processor); // whoever uses it
long resident_kb(int pid);
typedef enum { BROADCASTS, UNICASTS, CONNECTS, TIMES } times_t;
void times_clear(void);
void times_add(times_t which, uint64_t us);
double times_ms(times_t which, double quantile); // -1 where there is none
_Noreturn void die(const char *what);
