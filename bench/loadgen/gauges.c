// Clocks, CPU time and memory of processes, and histograms.
#include "loadgen.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

uint64_t now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static unsigned long long read_number(const char *path, const char *format) {
  unsigned long long value = 0;
  FILE *file = fopen(path, "r");
  if (!file) return 0; // a thread that has ended meanwhile
  if (fscanf(file, format, &value) != 1) value = 0;
  fclose(file);
  return value;
}

double cpu_seconds(int pid) {
  char path[300];
  double ns = 0;
  snprintf(path, sizeof path, "/proc/%d/task", pid);
  DIR *tasks = opendir(path);
  if (!tasks) return 0;
  for (struct dirent *task; (task = readdir(tasks));) {
    if (task->d_name[0] == '.') continue;
    snprintf(path, sizeof path, "/proc/%d/task/%s/schedstat", pid, task->d_name);
    ns += (double)read_number(path, "%llu");
  }
  closedir(tasks);
  return ns / 1e9;
}

double own_cpu_seconds(void) {
  struct rusage used;
  getrusage(RUSAGE_SELF, &used);
  return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

double busy_seconds(int processor) {
  char line[512], name[16];
  unsigned long long user = 0, nice = 0, system = 0, idle = 0, io = 0, irq = 0, soft = 0, steal = 0;
  size_t length = (size_t)snprintf(name, sizeof name, "cpu%d ", processor);
  FILE *file = fopen("/proc/stat", "r");
  if (!file) die("/proc/stat");
  while (fgets(line, sizeof line, file)) {
    if (strncmp(line, name, length) == 0)
      sscanf(line + length, "%llu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle, &io, &irq, &soft, &steal);
  }
  fclose(file);
  return (double)(user + nice + system + irq + soft + steal) / (double)sysconf(_SC_CLK_TCK);
}

long resident_kb(int pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%d/statm", pid);
  return (long)read_number(path, "%*s %llu") * (sysconf(_SC_PAGESIZE) / 1024);
}

// Buckets grow with the value: 64 to each power of two, so that a quantile is right to 1.6 %.
enum { STEPS = 64, BUCKETS = 64 * 40 };
static uint64_t histogram[TIMES][BUCKETS];

static int bucket_of(uint64_t value) {
  if (value < STEPS) return (int)value;
  int shift = 63 - __builtin_clzll(value) - 6;
  int bucket = (shift + 1) * STEPS + (int)(value >> shift) - STEPS;
  return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static uint64_t value_of(int bucket) {
  if (bucket < STEPS) return (uint64_t)bucket;
  return ((uint64_t)(bucket % STEPS) + STEPS) << (bucket / STEPS - 1);
}

void times_clear(void) { memset(histogram, 0, sizeof histogram); }

void times_add(times_t which, uint64_t us) { histogram[which][bucket_of(us)] += 1; }

double times_ms(times_t which, double quantile) {
  uint64_t all = 0, below = 0;
  for (int i = 0; i < BUCKETS; i += 1) all += histogram[which][i];
  if (all == 0) return -1;
  uint64_t rank = (uint64_t)(quantile * (double)(all - 1));
  for (int i = 0; i < BUCKETS; i += 1) {
    below += histogram[which][i];
    if (below > rank) return (double)value_of(i) / 1000;
  }
  return -1;
}

_Noreturn void die(const char *what) {
  perror(what);
  exit(1);
}
