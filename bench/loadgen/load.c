// Closed loops keep so many messages in flight; open loops publish at their rate, whatever comes back.
#include "loadgen.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBERS = 1 << 20, NOT_HERE_PER_PROBE = 31 };
static const uint64_t PATIENCE_US = 5000000;
// Deliveries still to come, by message number.
static uint32_t missing[NUMBERS];
static uint32_t next_number;
static uint64_t in_flight, last_delivery;
static tally_t tally;

uint32_t load_begin_message(uint32_t deliveries) {
  uint32_t number = next_number++ % NUMBERS;
  missing[number] = deliveries;
  tally.sent += 1;
  tally.expected += deliveries;
  if (deliveries > 0) in_flight += 1;
  return number;
}

void load_delivered(char kind, uint32_t number, uint64_t published_at) {
  uint64_t now = now_us();
  if (number >= NUMBERS || missing[number] == 0) {
    tally.surplus += 1;
    return;
  }
  tally.delivered += 1;
  last_delivery = now;
  times_add(kind == 'b' ? BROADCASTS : UNICASTS, now - published_at);
  missing[number] -= 1;
  if (missing[number] == 0) in_flight -= 1;
}

typedef struct {
  const load_t *load;
  int clients, users, first_user;
  double broadcasts_due, unicasts_due; // microseconds on the clock
} run_t;

static void publish_one(run_t *run, char kind) {
  publish(run->load, kind, run->clients, run->users, run->first_user);
}

static void publish_closed(run_t *run) {
  const load_t *load = run->load;
  char kind = load->kind;
  if (kind == 'm') kind = rand() % 100 < load->share ? 'b' : 'u';
  // Messages that nobody hears cannot be waited for; one in 32 is heard and tells that those before it are done.
  for (int i = 0; kind == 'n' && i < NOT_HERE_PER_PROBE; i += 1) publish_one(run, 'n');
  publish_one(run, kind == 'n' ? 'u' : kind);
}

static void publish_due(run_t *run, char kind, double per_second, double *due) {
  while (per_second > 0 && *due <= (double)now_us()) {
    publish_one(run, kind);
    *due += 1e6 / per_second;
  }
}

static void publish_more(run_t *run, long count) {
  const load_t *load = run->load;
  if (load->window > 0) {
    uint64_t window = (uint64_t)(load->kind == 'n' ? 1 + load->window / (NOT_HERE_PER_PROBE + 1) : load->window);
    while (in_flight < window && tally.sent < (uint64_t)count) publish_closed(run);
  } else {
    publish_due(run, 'b', load->broadcasts, &run->broadcasts_due);
    publish_due(run, 'u', load->unicasts, &run->unicasts_due);
  }
  redis_flush();
}

/** Publishes until its time or its count is over, then waits for what is still to come. */
tally_t load_run(const load_t *load, int clients, int users, int first_user) {
  uint64_t began = now_us(), end = began + (uint64_t)(load->seconds * 1e6);
  run_t run = {load, clients, users, first_user, (double)began, (double)began};
  memset(&tally, 0, sizeof tally);
  memset(missing, 0, sizeof missing); // what a stalled run still waits for counts as surplus
  in_flight = 0;
  last_delivery = began;
  for (;;) {
    bool more = now_us() < end && tally.sent < (uint64_t)load->count;
    if (more) publish_more(&run, load->count);
    else if (in_flight == 0) break;
    if (in_flight == 0) last_delivery = now_us();
    else if (now_us() > last_delivery + PATIENCE_US) {
      tally.stalled = true;
      break;
    }
    loop_turn(1);
  }
  tally.wall = (double)(now_us() - began) / 1e6;
  return tally;
}
