// Engine.IO 4 and Socket.IO 5 as a browser's client speaks them, over a websocket or over long-polling.
#include "loadgen.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What a browser sends besides: servers keep some of it. No Origin, as native clients.
#define BROWSER                                                                                                        \
  "Host: 127.0.0.1\r\nPragma: no-cache\r\nCache-Control: no-cache\r\nAccept-Language: en-GB,en;q=0.9,fa;q=0.8\r\n"       \
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"

static const crowd_t *told;

static void send_bytes(client_t *client, const char *bytes, size_t length) {
  // Requests and frames of a few hundred bytes into an empty buffer: less than all of it means that something is wrong.
  if (write(client->fd, bytes, length) != (ssize_t)length) client_fail(client);
}

static void send_request(client_t *client, const char *method, const char *body) {
  char text[1024];
  int length = snprintf(text, sizeof text, "%s /socket.io/?EIO=4&transport=polling%s%s HTTP/1.1\r\n" BROWSER, method,
                        client->session ? "&sid=" : "", client->session ? client->session : "");
  if (body)
    length += snprintf(text + length, sizeof text - (size_t)length,
                       "Content-Type: text/plain;charset=UTF-8\r\nContent-Length: %zu\r\n", strlen(body));
  length += snprintf(text + length, sizeof text - (size_t)length, "\r\n%s", body ? body : "");
  send_bytes(client, text, (size_t)length);
}

static void send_packet(client_t *client, const char *packet) {
  if (client->polling) return send_request(client, "POST", packet);
  size_t length = strlen(packet); // below 126
  char frame[160] = {(char)0x81, (char)(0x80 | length)}; // the mask is zero: the payload stays as it is
  memcpy(frame + 6, packet, length);
  send_bytes(client, frame, length + 6);
}

void wire_begin(client_t *client, const crowd_t *crowd) {
  told = crowd;
  if (client->polling) {
    client->state = OPENING;
    return send_request(client, "GET", NULL);
  }
  static const char upgrade[] = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n" BROWSER
                                "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  client->state = UPGRADING;
  send_bytes(client, upgrade, sizeof upgrade - 1);
}

static void opened(client_t *client, const char *packet, size_t length) {
  char join[100];
  const char *sid = memmem(packet, length, "\"sid\":\"", 7);
  if (client->polling && sid) client->session = strndup(sid + 7, strcspn(sid + 7, "\""));
  client->state = JOINING;
  snprintf(join, sizeof join, "40{\"token\":\"user-%d.%s\"%s}", client->user, told->salt,
           told->resume ? ",\"resume\":{}" : "");
  send_packet(client, join);
}

static uint64_t digits(const char *text, int count) {
  uint64_t value = 0;
  for (int i = 0; i < count; i += 1) value = value * 10 + (uint64_t)(text[i] - '0');
  return value;
}

// A message begins with its mark, see publisher.c: {"mark":"<kind><8 digits: number><16 digits: time>"
static void heard(const char *packet, size_t length) {
  const char *payload = memchr(packet, '{', length);
  if (!payload || payload + 34 > packet + length || memcmp(payload, "{\"mark\":\"", 9) != 0) return;
  load_delivered(payload[9], (uint32_t)digits(payload + 10, 8), digits(payload + 18, 16));
}

static void take_packet(client_t *client, const char *packet, size_t length) {
  if (length >= 2 && packet[0] == '4' && packet[1] == '2') {
    if (client->state != JOINING) return heard(packet, length);
    // The first event of every connection is `connected`.
    if (length > 14 && memcmp(packet, "42[\"connected\"", 14) == 0) client_joined(client);
  } else if (length >= 1 && packet[0] == '2') send_packet(client, "3");
  else if (length >= 1 && packet[0] == '0' && client->state == OPENING) opened(client, packet, length);
  else if (length >= 2 && packet[0] == '4' && packet[1] == '4') client_fail(client);
}

static size_t take_frames(client_t *client, const char *bytes, size_t length) {
  size_t done = 0;
  while (done + 2 <= length && client->state != DEAD) {
    const unsigned char *frame = (const unsigned char *)bytes + done;
    size_t head = 2, size = frame[1] & 127;
    if (size == 126) {
      if (done + 4 > length) break;
      head = 4, size = (size_t)(frame[2] << 8 | frame[3]);
    } else if (size == 127) {
      if (done + 10 > length) break;
      head = 10, size = 0;
      for (int i = 2; i < 10; i += 1) size = size << 8 | frame[i];
    }
    if (done + head + size > length) break;
    if ((frame[0] & 15) == 8) client_fail(client);
    else take_packet(client, bytes + done + head, size);
    done += head + size;
  }
  return done;
}

static size_t take_upgrade(client_t *client, const char *bytes, size_t length) {
  const char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (!end) return 0;
  client->state = OPENING;
  if (memcmp(bytes, "HTTP/1.1 101", 12) != 0) client_fail(client);
  return (size_t)(end + 4 - bytes);
}

// One request at a time on one connection: the answer to a GET brings packets, the one to a POST says ok.
static size_t take_response(client_t *client, char *bytes, size_t length) {
  char *end = memmem(bytes, length, "\r\n\r\n", 4);
  if (!end) return 0;
  char *body = end + 4, *past = bytes + length;
  *end = 0; // for strcasestr; the head is done with after this, or seen anew as a whole
  const char *given = strcasestr(bytes, "content-length:");
  size_t size = given ? strtoul(given + 15, NULL, 10) : 0;
  *end = '\r';
  if (body + size > past) return 0;
  if (memcmp(bytes, "HTTP/1.1 200", 12) != 0) {
    client_fail(client);
    return length;
  }
  bool asks = false;
  for (char *packet = body; packet < body + size && client->state != DEAD;) {
    char *parted = memchr(packet, 0x1e, (size_t)(body + size - packet));
    char *stop = parted ? parted : body + size;
    // A packet that is answered by a POST: the next GET follows its response.
    asks |= *packet == '2' || *packet == '0';
    take_packet(client, packet, (size_t)(stop - packet));
    packet = stop + 1;
  }
  if (!asks && client->state != DEAD) send_request(client, "GET", NULL);
  return (size_t)(body + size - bytes);
}

size_t wire_take(client_t *client, char *bytes, size_t length) {
  if (client->polling) return take_response(client, bytes, length);
  size_t done = 0;
  if (client->state == UPGRADING && (done = take_upgrade(client, bytes, length)) == 0) return 0;
  return done + take_frames(client, bytes + done, length - done);
}
