// Commands come line by line on standard input, each is answered by one line of JSON:
//   connect clients=1000 users=1000 first=1 at_once=64 polling=0 resume=0 salt=a
//   load kind=b window=8 count=100000 seconds=2 size=200 share=10 channels=0 among=0 traceparent=00 stream=0
//   load kind=o broadcasts=2 unicasts=200 seconds=5
//   gauge seconds=2       CPU and memory after so long a rest
//   close
#include "loadgen.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static int server_pid, server_port, server_processor;
static crowd_t crowd;

/** The text after `name=`, up to a space; else `otherwise`. */
static const char *text_of(const char *line, const char *name, const char *otherwise) {
  static char values[16][64];
  static int turn;
  char key[32];
  snprintf(key, sizeof key, " %s=", name);
  const char *found = strstr(line, key);
  if (!found) return otherwise;
  char *value = values[turn++ % 16];
  found += strlen(key);
  snprintf(value, sizeof values[0], "%.*s", (int)strcspn(found, " \n"), found);
  return value;
}

static double number_of(const char *line, const char *name, double otherwise) {
  const char *text = text_of(line, name, NULL);
  return text ? atof(text) : otherwise;
}

static void connect_command(const char *line) {
  static char salt[64];
  snprintf(salt, sizeof salt, "%s", text_of(line, "salt", "0"));
  crowd.salt = salt;
  crowd.port = server_port;
  crowd.count = (int)number_of(line, "clients", 100);
  crowd.users = (int)number_of(line, "users", crowd.count);
  crowd.first_user = (int)number_of(line, "first", 1);
  crowd.at_once = (int)number_of(line, "at_once", 64);
  crowd.polling = number_of(line, "polling", 0) != 0;
  crowd.resume = number_of(line, "resume", 0) != 0;
  times_clear();
  double cpu = cpu_seconds(server_pid), busy = busy_seconds(server_processor);
  uint64_t began = now_us();
  clients_open(&crowd);
  double wall = (double)(now_us() - began) / 1e6;
  cpu = cpu_seconds(server_pid) - cpu;
  busy = busy_seconds(server_processor) - busy;
  printf("{\"ready\":%d,\"failed\":%d,\"wall\":%.4f,\"cpu\":%.6f,\"othersCpu\":%.6f,\"p50\":%.3f,\"p99\":%.3f}\n", clients_ready(),
         clients_failed() + clients_lost(), wall, cpu, busy > cpu ? busy - cpu : 0, times_ms(CONNECTS, 0.5),
         times_ms(CONNECTS, 0.99));
}

static load_t load_of(const char *line) {
  return (load_t){
      .kind = text_of(line, "kind", "b")[0],
      .window = (int)number_of(line, "window", 0),
      .count = (long)number_of(line, "count", 1e9),
      .seconds = number_of(line, "seconds", 1),
      .size = (int)number_of(line, "size", 200),
      .share = (int)number_of(line, "share", 10),
      .channels = (int)number_of(line, "channels", 0),
      .among = (int)number_of(line, "among", 0),
      .broadcasts = number_of(line, "broadcasts", 0),
      .unicasts = number_of(line, "unicasts", 0),
      .traceparent = text_of(line, "traceparent", NULL),
      .stream = number_of(line, "stream", 0) != 0,
  };
}

static void load_command(const char *line) {
  load_t load = load_of(line);
  times_clear();
  int lost = clients_lost();
  double cpu = cpu_seconds(server_pid), own = own_cpu_seconds(), busy = busy_seconds(server_processor);
  tally_t tally = load_run(&load, crowd.count, crowd.users, crowd.first_user);
  cpu = cpu_seconds(server_pid) - cpu;
  own = own_cpu_seconds() - own;
  busy = busy_seconds(server_processor) - busy;
  printf("{\"sent\":%llu,\"expected\":%llu,\"delivered\":%llu,\"surplus\":%llu,\"lost\":%d,\"stalled\":%s,\"wall\":%.6f,"
         "\"cpu\":%.6f,\"othersCpu\":%.6f,\"generatorCpu\":%.6f,\"broadcastP50\":%.3f,\"broadcastP99\":%.3f,\"unicastP50\":%.3f,"
         "\"unicastP99\":%.3f}\n",
         (unsigned long long)tally.sent, (unsigned long long)tally.expected, (unsigned long long)tally.delivered,
         (unsigned long long)tally.surplus, clients_lost() - lost, tally.stalled ? "true" : "false", tally.wall, cpu,
         busy > cpu ? busy - cpu : 0, own,
         times_ms(BROADCASTS, 0.5), times_ms(BROADCASTS, 0.99), times_ms(UNICASTS, 0.5), times_ms(UNICASTS, 0.99));
}

static void gauge_command(const char *line) {
  double cpu = cpu_seconds(server_pid);
  loop_for(number_of(line, "seconds", 0));
  printf("{\"residentKb\":%ld,\"cpu\":%.6f,\"lost\":%d}\n", resident_kb(server_pid), cpu_seconds(server_pid) - cpu,
         clients_lost());
}

static void obey(const char *line) {
  if (strncmp(line, "connect ", 8) == 0) connect_command(line);
  else if (strncmp(line, "load ", 5) == 0) load_command(line);
  else if (strncmp(line, "gauge", 5) == 0) gauge_command(line);
  else if (strncmp(line, "close", 5) == 0) {
    clients_close();
    printf("{}\n");
  } else {
    fprintf(stderr, "unknown command: %s", line);
    exit(2);
  }
  fflush(stdout);
}

static void raise_file_limit(void) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

int main(int argc, char **argv) {
  if (argc != 5) {
    fprintf(stderr, "loadgen <server port> <server pid> <server processor> <redis port>\n");
    return 2;
  }
  server_port = atoi(argv[1]);
  server_pid = atoi(argv[2]);
  server_processor = atoi(argv[3]);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGINT, SIG_IGN); // Ctrl-C is for whoever started it
  raise_file_limit();
  loop_init();
  redis_open(atoi(argv[4]));
  loop_watch(STDIN_FILENO, WATCH_STDIN, false);
  char line[1024];
  size_t length = 0;
  for (;;) {
    // One command at a time: the next one is sent once this one is answered.
    loop_turn(1000);
    if (!stdin_ready) continue;
    stdin_ready = false;
    ssize_t got = read(STDIN_FILENO, line + length, sizeof line - 1 - length);
    if (got <= 0) return 0;
    length += (size_t)got;
    line[length] = 0;
    if (line[length - 1] != '\n') continue;
    length = 0;
    obey(line);
  }
}
