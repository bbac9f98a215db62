// The event loop: clients by their index, Redis and the commands on standard input by negative numbers.
#include "loadgen.h"
#include <sys/epoll.h>

static int epoll;
bool stdin_ready;

void loop_init(void) {
  epoll = epoll_create1(0);
  if (epoll < 0) die("epoll_create1");
}

static void control(int operation, int fd, int watched, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = watched};
  if (epoll_ctl(epoll, operation, fd, &event) < 0) die("epoll_ctl");
}

void loop_watch(int fd, int watched, bool also_write) {
  control(EPOLL_CTL_ADD, fd, watched, also_write ? EPOLLIN | EPOLLOUT : EPOLLIN);
}

void loop_rewatch(int fd, int watched) { control(EPOLL_CTL_MOD, fd, watched, EPOLLIN); }

void loop_turn(int most_ms) {
  static struct epoll_event events[1024];
  int count = epoll_wait(epoll, events, 1024, most_ms);
  for (int i = 0; i < count; i += 1) {
    int watched = events[i].data.fd;
    uint32_t what = events[i].events;
    if (watched == WATCH_REDIS) redis_replied();
    else if (watched == WATCH_STDIN) stdin_ready = true;
    else client_event(watched, what & EPOLLOUT, what & (EPOLLERR | EPOLLHUP));
  }
}

void loop_for(double seconds) {
  uint64_t end = now_us() + (uint64_t)(seconds * 1e6);
  while (now_us() < end) loop_turn(5);
}
