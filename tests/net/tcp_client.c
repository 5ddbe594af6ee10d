// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Clients that a name server must cope with over TCP: tcp_client SERVER SOURCE SCENARIO [NUMBER]...
 *
 * Every answer is checked: its length, QR, its ID, and that it has the question that was asked with this ID, once.
 * What came of it is printed in one line.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define QUERIES_MAX 65536
#define QUIET_MS 5000		/* nothing comes any more */
#define HEADER_OCTETS 12

static struct sockaddr_storage server, source;
static socklen_t address_octets;

/* A connection with what was asked on it and what came back. */
struct session {
	int fd;
	bool closed;
	uint8_t in[2 + 65535];
	size_t in_octets;
	size_t asked, answered, failed, out_of_order;
	uint32_t next_id;
	bool done[QUERIES_MAX];
};

static void die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void parse_address(const char *text, uint16_t port, struct sockaddr_storage *out)
{
	struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)out;
	struct sockaddr_in *ipv4 = (struct sockaddr_in *)out;

	if (inet_pton(AF_INET, text, &ipv4->sin_addr) == 1) {
		ipv4->sin_family = AF_INET;
		ipv4->sin_port = htons(port);
		address_octets = sizeof(*ipv4);
	} else if (inet_pton(AF_INET6, text, &ipv6->sin6_addr) == 1) {
		ipv6->sin6_family = AF_INET6;
		ipv6->sin6_port = htons(port);
		address_octets = sizeof(*ipv6);
	} else {
		die("%s: no address", text);
	}
}

static struct session *session_open(int receive_octets)
{
	struct session *session = calloc(1, sizeof(*session));

	session->fd = socket(server.ss_family, SOCK_STREAM, 0);
	if (receive_octets)
		setsockopt(session->fd, SOL_SOCKET, SO_RCVBUF, &receive_octets, sizeof(receive_octets));
	if (bind(session->fd, (struct sockaddr *)&source, address_octets))
		die("bind: %s", strerror(errno));
	if (connect(session->fd, (struct sockaddr *)&server, address_octets))
		die("connect: %s", strerror(errno));
	fcntl(session->fd, F_SETFL, O_NONBLOCK);
	return session;
}

/* The names: the program's, the backend's, and one that does not exist; a label tells queries apart. */
static size_t render_question(uint32_t id, uint8_t *out)
{
	static const char *const forms[] = { "\3www", "\4mail", "\6q%05u" };
	static const uint8_t rest[] = "\7example\3com\0\0\1\0";
	char label[16];
	size_t octets;

	snprintf(label, sizeof(label), forms[id % 3], id);
	octets = strlen(label);
	memcpy(out, label, octets);
	memcpy(out + octets, rest, sizeof(rest) - 1);
	out[octets + sizeof(rest) - 1] = 1;
	return octets + sizeof(rest);
}

static size_t render_query(uint32_t id, uint8_t *out)
{
	static const uint8_t fixed[] = { 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 };
	size_t octets = HEADER_OCTETS + render_question(id, out + 2 + HEADER_OCTETS);

	out[0] = octets >> 8;
	out[1] = octets;
	out[2] = id >> 8;
	out[3] = id;
	memcpy(out + 4, fixed, sizeof(fixed));
	return 2 + octets;
}

static void check_answer(struct session *session, const uint8_t *message, size_t octets)
{
	uint8_t question[64];
	uint32_t id = message[0] << 8 | message[1];
	size_t question_octets = render_question(id, question);

	if (octets < HEADER_OCTETS + question_octets || !(message[2] & 0x80))
		die("an answer of %zu octets that is none", octets);
	if (id >= session->asked || session->done[id])
		die("an answer with ID %u, which was not asked or is answered", id);
	if (message[4] || message[5] != 1 || memcmp(message + HEADER_OCTETS, question, question_octets))
		die("the answer with ID %u has another question", id);
	if ((message[3] & 15) != (id % 3 == 2 ? 3 : 0))
		die("the answer with ID %u has rcode %u", id, message[3] & 15);
	session->done[id] = true;
	session->answered++;
	session->out_of_order += id != session->next_id;
	session->next_id = id + 1;
}

/* Read what there is. */
static void receive(struct session *session)
{
	ssize_t got;

	while ((got = recv(session->fd, session->in + session->in_octets, sizeof(session->in) - session->in_octets,
			   0)) > 0) {
		size_t at = 0;

		session->in_octets += got;
		while (session->in_octets - at >= 2) {
			size_t octets = session->in[at] << 8 | session->in[at + 1];

			if (session->in_octets - at < 2 + octets)
				break;
			check_answer(session, session->in + at + 2, octets);
			at += 2 + octets;
		}
		session->in_octets -= at;
		memmove(session->in, session->in + at, session->in_octets);
	}
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		session->closed = true;
}

/* Wait for POLLIN, POLLOUT, or either. False: nothing happened. */
static bool wait_for(struct session *session, short what, int ms)
{
	struct pollfd poll_fd = { .fd = session->fd, .events = what };

	return poll(&poll_fd, 1, ms) > 0;
}

/* Send octets in writes of so many (0: as many as go), and read meanwhile. Returns what was sent. */
static size_t send_all(struct session *session, const uint8_t *octets, size_t count, size_t piece, bool reading)
{
	size_t sent = 0;

	while (sent < count && !session->closed) {
		size_t want = piece && piece < count - sent ? piece : count - sent;
		ssize_t done = send(session->fd, octets + sent, want, MSG_NOSIGNAL);

		if (done > 0)
			sent += done;
		else if (errno != EAGAIN)
			session->closed = true;
		if (reading)
			receive(session);
		if (done < 0 && !session->closed &&
		    !wait_for(session, reading ? POLLIN | POLLOUT : POLLOUT, reading ? QUIET_MS : 500))
			break;
	}
	return sent;
}

/* Queries of the session's next IDs, all behind each other. */
static size_t render_queries(struct session *session, size_t count, uint8_t *out)
{
	size_t octets = 0;

	for (size_t i = 0; i < count; i++)
		octets += render_query(session->asked++, out + octets);
	return octets;
}

static void receive_until(struct session *session, bool all)
{
	while (!session->closed && !(all && session->answered == session->asked) &&
	       wait_for(session, POLLIN, QUIET_MS))
		receive(session);
}

static uint8_t *room(size_t count)
{
	return calloc(count, 64);
}

static void pipeline(size_t count, size_t piece)
{
	struct session *session = session_open(0);
	uint8_t *octets = room(count);

	send_all(session, octets, render_queries(session, count, octets), piece, true);
	receive_until(session, true);
	printf("%zu of %zu answered%s, %s\n", session->answered, session->asked,
	       session->out_of_order ? ", out of order" : "", session->closed ? "closed" : "open");
}

static void half_close(size_t count)
{
	struct session *session = session_open(0);
	uint8_t *octets = room(count);

	send_all(session, octets, render_queries(session, count, octets), 0, true);
	shutdown(session->fd, SHUT_WR);
	receive_until(session, false);
	printf("%zu of %zu answered, %s\n", session->answered, session->asked, session->closed ? "closed" : "open");
}

/* A zone transfer for a client that says at once that it has nothing more to ask. Counts messages and records. */
static void transfer(void)
{
	static const uint8_t query[] = "\0\35\5\7\0\0\0\1\0\0\0\0\0\0\7example\3com\0\0\374\0\1";
	struct session *session = session_open(0);
	size_t messages = 0, records = 0;
	uint8_t message[65535];

	fcntl(session->fd, F_SETFL, 0);
	send(session->fd, query, sizeof(query) - 1, MSG_NOSIGNAL);
	shutdown(session->fd, SHUT_WR);
	while (recv(session->fd, message, 2, MSG_WAITALL) == 2) {
		ssize_t octets = message[0] << 8 | message[1];

		if (recv(session->fd, message, octets, MSG_WAITALL) != octets)
			die("ended within message %zu", messages);
		if (octets < HEADER_OCTETS || message[0] != 5 || message[1] != 7 || message[3] & 15)
			die("message %zu is none of the transfer", messages);
		messages++;
		records += message[6] << 8 | message[7];
	}
	printf("%zu records%s\n", records, messages > 1 ? " in several messages" : "");
}

/* Queries, then something that is none, then one more query, which nobody can find any more. */
static void garbage(const char *kind)
{
	struct session *session = session_open(0);
	uint8_t octets[1024];
	size_t count = render_queries(session, 3, octets), bad = count;

	if (!strcmp(kind, "zero")) {
		octets[count++] = 0;
		octets[count++] = 0;
	} else if (!strcmp(kind, "short")) {
		memcpy(octets + count, "\0\5hello", 7);
		count += 7;
	} else if (!strcmp(kind, "response")) {
		count += render_query(QUERIES_MAX - 1, octets + count);
		octets[bad + 4] |= 0x80;
	} else {
		memset(octets + count, 0, 300);	/* zero octets without end */
		count += 300;
	}
	count += render_query(QUERIES_MAX - 1, octets + count);
	send_all(session, octets, count, 0, true);
	receive_until(session, false);
	printf("%zu of 3 answered, %s\n", session->answered, session->closed ? "closed" : "open");
}

/* How long a connection is kept that is not used (any more), or on which one query comes an octet at a time. */
static void idle(bool trickle, size_t before)
{
	struct session *session = session_open(0);
	uint8_t *octets = room(before + 1);
	size_t count, sent = 0;
	int64_t since;

	send_all(session, octets, render_queries(session, before, octets), 0, true);
	receive_until(session, true);
	since = now_ms();
	count = render_queries(session, 1, octets);
	while (!session->closed && now_ms() - since < 60000) {
		if (trickle && sent + 1 < count)
			send(session->fd, octets + sent++, 1, MSG_NOSIGNAL);
		if (wait_for(session, POLLIN, 100))
			receive(session);
	}
	printf("%s after %.0f s\n", session->closed ? "closed" : "open", (now_ms() - since) / 1000.0);
}

/* Ask without reading until nothing can be sent any more; read then. */
static void slow_reader(size_t count)
{
	struct session *session = session_open(4096);
	uint8_t *octets = room(count);
	size_t all = render_queries(session, count, octets), sent = send_all(session, octets, all, 0, false);
	bool stopped = sent < all;

	sent += send_all(session, octets + sent, all - sent, 0, true);
	receive_until(session, true);
	printf("%s, %zu of %zu answered, %s\n", stopped ? "was stopped" : "was not stopped", session->answered,
	       session->asked, session->closed ? "closed" : "open");
}

/* A stuck reader is no reader: its connection ends with the idle time. */
static void stuck_reader(size_t count)
{
	struct session *session = session_open(4096);
	uint8_t *octets = room(count);
	size_t all = render_queries(session, count, octets);
	int64_t since;
	char octet;

	send_all(session, octets, all, 0, false);
	since = now_ms();
	while (now_ms() - since < 60000) {
		struct pollfd poll_fd = { .fd = session->fd, .events = POLLRDHUP };

		if (poll(&poll_fd, 1, 100) > 0 && poll_fd.revents & (POLLRDHUP | POLLERR | POLLHUP))
			break;
		/* With a full receive buffer the end may not get through; what is sent then is answered by a reset. */
		if (send(session->fd, &octet, 0, MSG_NOSIGNAL) < 0 && errno != EAGAIN)
			break;
	}
	printf("stuck for %.0f s\n", (now_ms() - since) / 1000.0);
}

/* Connections one after the other, each with a query; which of them are open then? busy: all but the last in use. */
static void many(size_t count, bool busy)
{
	struct session **sessions = calloc(count, sizeof(*sessions));
	size_t open = 0, first_closed = 0, closed = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t *octets = room(20000);
		struct session *session = sessions[i] = session_open(busy ? 4096 : 0);

		if (busy && i + 1 < count) {
			send_all(session, octets, render_queries(session, 20000, octets), 0, false);
		} else {
			send_all(session, octets, render_queries(session, 1, octets), 0, true);
			receive_until(session, true);
		}
		free(octets);
	}
	poll(NULL, 0, 100);
	for (size_t i = 0; i < count; i++) {
		if (!busy || i + 1 == count)
			receive(sessions[i]);
		open += !sessions[i]->closed;
		if (sessions[i]->closed && !closed++)
			first_closed = i;
	}
	printf("%zu of %zu open", open, count);
	if (closed)
		printf(", closed from number %zu on", first_closed + 1);
	putchar('\n');
}

/* Connections that are reset with queries and answers under way. */
static void resets(size_t count)
{
	const struct linger now = { .l_onoff = 1 };

	for (size_t i = 0; i < count; i++) {
		struct session *session = session_open(0);
		uint8_t *octets = room(500);
		size_t all = render_queries(session, 500, octets);

		send(session->fd, octets, all - i % 40, MSG_NOSIGNAL);
		poll(NULL, 0, i % 7);
		setsockopt(session->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		close(session->fd);
		free(octets);
		free(session);
	}
	printf("%zu reset\n", count);
}

int main(int argc, char **argv)
{
	size_t numbers[2] = {};

	if (argc < 4)
		return 2;
	for (int i = 4; i < argc && i < 6; i++)
		numbers[i - 4] = strtoul(argv[i], NULL, 10);
	parse_address(argv[2], 0, &source);
	parse_address(argv[1], 53, &server);
	if (!strcmp(argv[3], "pipeline"))
		pipeline(numbers[0], numbers[1]);
	else if (!strcmp(argv[3], "half-close"))
		half_close(numbers[0]);
	else if (!strcmp(argv[3], "garbage") && argc > 4)
		garbage(argv[4]);
	else if (!strcmp(argv[3], "idle") || !strcmp(argv[3], "trickle"))
		idle(!strcmp(argv[3], "trickle"), numbers[0]);
	else if (!strcmp(argv[3], "slow"))
		slow_reader(numbers[0]);
	else if (!strcmp(argv[3], "stuck"))
		stuck_reader(numbers[0]);
	else if (!strcmp(argv[3], "many") || !strcmp(argv[3], "busy"))
		many(numbers[0], !strcmp(argv[3], "busy"));
	else if (!strcmp(argv[3], "transfer"))
		transfer();
	else if (!strcmp(argv[3], "resets"))
		resets(numbers[0]);
	else
		return 2;
	return 0;
}
