/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Clients at full speed over UDP and TCP, each of whose answers is checked: is it whole, to the right question, and
 * does it belong to what may be answered now?
 *
 *	flood SERVER NAME... [LABEL=ADDRESS]... [udp=CLIENT]... [tcp=CLIENT]...
 *
 * Commands come on standard input, one a line; each is answered by one line:
 *
 *	allow LABEL...	only answers of these labels from now on; what was allowed while a query was under way stays so for it
 *	seen LABEL	milliseconds since the last answer that named one of the label's addresses; "never"
 *	refused on|off	whether a TCP connection may be refused or reset: what was under way on it is asked again
 *	reconnect	close all TCP connections and open new ones: one that the backend took stays the backend's until it ends
 *	count		answers so far, of UDP and TCP
 *	quit		wait for what is under way, print the summary and end
 *
 * Exit status 0: nothing was lost, nothing malformed, nothing wrong.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <libknot/libknot.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NAMES_MAX	64
#define LABELS_MAX	32	/* a bit each */
#define ADDRESSES_MAX	256
#define CLIENTS_MAX	16
#define WINDOW		16	/* queries under way of one client: veth rings hold more than all clients' */
#define MESSAGE_OCTETS	4096
#define LOST_NS		3000000000ull
#define HISTORY_MAX	65536	/* `allow` commands */
#define REPORTS_MAX	20	/* bad answers that are described */

struct address {
	char text[INET6_ADDRSTRLEN];
	uint32_t label;		/* bit */
};

static struct sockaddr_storage server;
static socklen_t server_octets;
static knot_dname_t *names[NAMES_MAX];
static size_t n_names;
static char labels[LABELS_MAX][32];
static size_t n_labels;
static struct address addresses[ADDRESSES_MAX];
static size_t n_addresses;

/* What may be answered, by time: a query may be answered by what was allowed at any moment that it was under way. */
static uint32_t allowed[HISTORY_MAX];
static atomic_size_t n_allowed;
static _Atomic uint64_t last_seen_ns[LABELS_MAX];
static atomic_bool may_refuse, stopping;
static atomic_uint rounds;	/* of connections that were asked for */
static atomic_ullong answered_udp, answered_tcp, lost, malformed, wrong, retried, reports;

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000ull + now.tv_nsec;
}

static void die(const char *what, const char *object)
{
	fprintf(stderr, "flood: %s: %s: %s\n", object, what, strerror(errno));
	exit(2);
}

/* --- one client -------------------------------------------------------------------------------- */

struct query {
	bool under_way;
	uint16_t id;
	uint16_t type;
	size_t name;
	uint64_t sent_ns;
	size_t allowed_from;	/* index of what was allowed when it was sent */
	uint8_t qname[KNOT_DNAME_MAXLEN];	/* in the case that was sent */
};

struct client {
	const char *address;
	bool over_tcp;
	int fd;
	pthread_t thread;
	unsigned int seed;
	uint16_t next_id;
	struct query queries[WINDOW];
	uint8_t input[65536 + 2];
	size_t input_octets;
	atomic_uint round;	/* that its connection is of */
};

static struct client clients[CLIENTS_MAX];
static size_t n_clients;

static void report(const struct client *client, const char *what, const struct query *query)
{
	knot_dname_txt_storage_t name = "?";

	if (atomic_fetch_add(&reports, 1) >= REPORTS_MAX)
		return;
	if (query)
		knot_dname_to_str(name, query->qname, sizeof(name));
	fprintf(stderr, "flood: %s over %s: %s %s: %s\n", client->address, client->over_tcp ? "TCP" : "UDP", name,
		query && query->type == KNOT_RRTYPE_AAAA ? "AAAA" : "A", what);
}

/* A socket from the client's address. Returns -1: refused, and that may be. */
static int open_socket(const struct client *client)
{
	struct sockaddr_storage from = {};
	int family = strchr(client->address, ':') ? AF_INET6 : AF_INET, fd, yes = 1;
	void *to = family == AF_INET ? (void *)&((struct sockaddr_in *)&from)->sin_addr :
				       (void *)&((struct sockaddr_in6 *)&from)->sin6_addr;
	struct timeval patience = { .tv_usec = 100000 };

	from.ss_family = family;
	if (inet_pton(family, client->address, to) != 1)
		die("not an address", client->address);
	fd = socket(family, client->over_tcp ? SOCK_STREAM : SOCK_DGRAM, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&from, server_octets))
		die("bind", client->address);
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	if (client->over_tcp)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	if (!connect(fd, (struct sockaddr *)&server, server_octets))
		return fd;
	if (!client->over_tcp || !atomic_load(&may_refuse))
		report(client, strerror(errno), NULL);
	close(fd);
	return -1;
}

static size_t build_query(struct client *client, struct query *query, uint8_t *message)
{
	size_t octets = knot_dname_size(names[query->name]);

	memset(message, 0, 12);
	knot_wire_set_id(message, query->id);
	knot_wire_set_qdcount(message, 1);
	memcpy(query->qname, names[query->name], octets);
	for (size_t i = 0; i < octets; i++) {	/* letters in random case; a length octet is below 'A' */
		if (query->qname[i] >= 'a' && query->qname[i] <= 'z' && rand_r(&client->seed) & 64)
			query->qname[i] -= 'a' - 'A';
	}
	memcpy(message + 12, query->qname, octets);
	knot_wire_write_u16(message + 12 + octets, query->type);
	knot_wire_write_u16(message + 14 + octets, KNOT_CLASS_IN);
	return 16 + octets;
}

/* Returns false: the connection is broken. */
static bool send_query(struct client *client, struct query *query)
{
	uint8_t message[2 + 512];
	size_t octets = build_query(client, query, message + 2);

	query->sent_ns = now_ns();
	query->under_way = true;
	if (!client->over_tcp)
		return send(client->fd, message + 2, octets, 0) == (ssize_t)octets;
	knot_wire_write_u16(message, octets);
	return send(client->fd, message, octets + 2, MSG_NOSIGNAL) == (ssize_t)octets + 2;
}

static void new_query(struct client *client, struct query *query)
{
	query->id = client->next_id++;
	query->type = rand_r(&client->seed) & 16 ? KNOT_RRTYPE_AAAA : KNOT_RRTYPE_A;
	query->name = rand_r(&client->seed) % n_names;
	query->allowed_from = atomic_load(&n_allowed) - 1;
}

/* --- answers ----------------------------------------------------------------------------------- */

/* Labels of the addresses in an answer; 0: an address of none, or no address at all. */
static uint32_t labels_of(const knot_pkt_t *packet)
{
	const knot_pktsection_t *section = knot_pkt_section(packet, KNOT_ANSWER);
	uint32_t found = 0;

	for (uint16_t i = 0; i < section->count; i++) {
		const knot_rrset_t *rrset = knot_pkt_rr(section, i);
		char text[INET6_ADDRSTRLEN];
		size_t j;

		if (rrset->type != KNOT_RRTYPE_A && rrset->type != KNOT_RRTYPE_AAAA)
			continue;
		inet_ntop(rrset->type == KNOT_RRTYPE_A ? AF_INET : AF_INET6, rrset->rrs.rdata->data, text, sizeof(text));
		for (j = 0; j < n_addresses && strcmp(addresses[j].text, text); j++)
			;
		if (j == n_addresses)
			return 0;
		found |= addresses[j].label;
	}
	return found;
}

static void note_seen(uint32_t found)
{
	for (size_t i = 0; i < n_labels; i++) {
		if (found & 1u << i)
			atomic_store(&last_seen_ns[i], now_ns());
	}
}

static void check_labels(const struct client *client, const struct query *query, const knot_pkt_t *packet)
{
	uint32_t found = labels_of(packet), may = 0;
	char what[128];

	for (size_t i = query->allowed_from; i < atomic_load(&n_allowed); i++)
		may |= allowed[i];
	note_seen(found);
	if (found && !(found & ~may))
		return;
	snprintf(what, sizeof(what), "labels %#x where %#x may be answered, rcode %d", found, may,
		 knot_wire_get_rcode(packet->wire));
	report(client, what, query);
	atomic_fetch_add(&wrong, 1);
}

static bool is_well_formed(const struct query *query, const knot_pkt_t *packet, const uint8_t *message)
{
	size_t octets = knot_dname_size(query->qname);

	return knot_wire_get_qr(message) && knot_wire_get_aa(message) && !knot_wire_get_tc(message) &&
	       knot_wire_get_rcode(message) == KNOT_RCODE_NOERROR && knot_pkt_qtype(packet) == query->type &&
	       !memcmp(message + 12, query->qname, octets);
}

static void take_answer(struct client *client, uint8_t *message, size_t octets)
{
	struct query *query = NULL;
	knot_pkt_t *packet;

	for (size_t i = 0; octets >= 12 && i < WINDOW; i++) {
		if (client->queries[i].under_way && client->queries[i].id == knot_wire_get_id(message))
			query = &client->queries[i];
	}
	packet = knot_pkt_new(message, octets, NULL);
	if (!query || !packet || knot_pkt_parse(packet, 0) || !is_well_formed(query, packet, message)) {
		report(client, "malformed, or to no question", query);
		atomic_fetch_add(&malformed, 1);
	} else {
		check_labels(client, query, packet);
		atomic_fetch_add(client->over_tcp ? &answered_tcp : &answered_udp, 1);
	}
	if (query)
		query->under_way = false;
	knot_pkt_free(packet);
}

/* Whole messages of a stream. Returns false: it is closed. */
static bool receive_stream(struct client *client)
{
	ssize_t got = recv(client->fd, client->input + client->input_octets,
			   sizeof(client->input) - client->input_octets, 0);
	size_t at = 0;

	if (got < 0)
		return errno == EAGAIN || errno == EINTR;
	client->input_octets += got;
	while (client->input_octets - at >= 2) {
		size_t octets = knot_wire_read_u16(client->input + at);

		if (client->input_octets - at < 2 + octets)
			break;
		take_answer(client, client->input + at + 2, octets);
		at += 2 + octets;
	}
	client->input_octets -= at;
	memmove(client->input, client->input + at, client->input_octets);
	return got > 0;
}

static bool receive(struct client *client)
{
	ssize_t got;

	if (client->over_tcp)
		return receive_stream(client);
	got = recv(client->fd, client->input, MESSAGE_OCTETS, 0);
	for (; got >= 0; got = recv(client->fd, client->input, MESSAGE_OCTETS, MSG_DONTWAIT))
		take_answer(client, client->input, got);
	return true;
}

/* --- the loop of a client ---------------------------------------------------------------------- */

static size_t count_under_way(const struct client *client)
{
	size_t count = 0;

	for (size_t i = 0; i < WINDOW; i++)
		count += client->queries[i].under_way;
	return count;
}

static void give_up_late(struct client *client)
{
	uint64_t now = now_ns();

	for (size_t i = 0; i < WINDOW; i++) {
		struct query *query = &client->queries[i];

		if (!query->under_way || now - query->sent_ns < LOST_NS)
			continue;
		report(client, "lost", query);
		atomic_fetch_add(&lost, 1);
		query->under_way = false;
	}
}

/* A connection that ended: what was under way is asked again on a new one (RFC 7766 6.2.4). */
static void reconnect(struct client *client)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	unsigned int round = atomic_load(&rounds);
	uint64_t since = now_ns();

	if (client->fd >= 0 && !atomic_load(&may_refuse) && client->round == round && count_under_way(client))
		report(client, "connection closed with queries under way", NULL);
	if (client->fd >= 0)
		close(client->fd);
	client->input_octets = 0;
	while ((client->fd = open_socket(client)) < 0) {
		if (now_ns() - since > LOST_NS) {
			atomic_fetch_add(&lost, 1);
			since = now_ns();
		}
		nanosleep(&pause, NULL);
	}
	atomic_store(&client->round, round);
	for (size_t i = 0; i < WINDOW; i++) {
		if (!client->queries[i].under_way)
			continue;
		atomic_fetch_add(&retried, 1);
		if (!send_query(client, &client->queries[i]))
			return;	/* the next round sees it */
	}
}

static void *run_client(void *argument)
{
	struct client *client = argument;
	bool alive;

	client->fd = -1;
	reconnect(client);
	while (!atomic_load(&stopping) || count_under_way(client)) {
		alive = client->round == atomic_load(&rounds);
		for (size_t i = 0; alive && !atomic_load(&stopping) && i < WINDOW; i++) {
			if (client->queries[i].under_way)
				continue;
			new_query(client, &client->queries[i]);
			alive = send_query(client, &client->queries[i]);
		}
		alive = alive && receive(client);
		if (!alive)
			reconnect(client);
		give_up_late(client);
	}
	close(client->fd);
	return NULL;
}

/* --- arguments and commands -------------------------------------------------------------------- */

static uint32_t find_label(const char *name, bool add)
{
	for (size_t i = 0; i < n_labels; i++) {
		if (!strcmp(labels[i], name))
			return 1u << i;
	}
	if (!add || n_labels == LABELS_MAX)
		return 0;
	snprintf(labels[n_labels], sizeof(labels[0]), "%s", name);
	return 1u << n_labels++;
}

static void take_argument(char *argument)
{
	char *value = strchr(argument, '=');

	if (!value) {
		names[n_names] = knot_dname_from_str_alloc(argument);
		if (!names[n_names++] || n_names == NAMES_MAX)
			die("not a name, or too many", argument);
		return;
	}
	*value++ = '\0';
	if (!strcmp(argument, "udp") || !strcmp(argument, "tcp")) {
		if (n_clients == CLIENTS_MAX)
			die("too many clients", value);
		clients[n_clients].address = value;
		clients[n_clients].over_tcp = *argument == 't';
		clients[n_clients].seed = n_clients + 1;
		n_clients++;
		return;
	}
	if (n_addresses == ADDRESSES_MAX || !find_label(argument, true))
		die("too many", argument);
	snprintf(addresses[n_addresses].text, sizeof(addresses[0].text), "%s", value);
	addresses[n_addresses++].label = find_label(argument, true);
}

static void take_server(const char *text)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)&server;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&server;

	if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
		server.ss_family = AF_INET;
		server_octets = sizeof(*v4);
	} else if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
		server.ss_family = AF_INET6;
		server_octets = sizeof(*v6);
	} else {
		die("not an address", text);
	}
	v4->sin_port = htons(53);	/* at the same place in both */
}

static void allow(char *list)
{
	size_t at = atomic_load(&n_allowed);
	uint32_t bits = 0;

	for (char *name = strtok(list, " "); name; name = strtok(NULL, " "))
		bits |= find_label(name, false);
	if (at == HISTORY_MAX)
		die("too many", "allow");
	allowed[at] = bits;
	atomic_store(&n_allowed, at + 1);
	printf("allowed %#x\n", bits);
}

static void show_seen(const char *label)
{
	uint32_t bit = find_label(label, false);
	uint64_t seen = bit ? atomic_load(&last_seen_ns[__builtin_ctz(bit)]) : 0;

	if (seen)
		printf("%.1f\n", (now_ns() - seen) / 1e6);
	else
		printf("never\n");
}

static void wait_for_connections(void)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	unsigned int round = atomic_fetch_add(&rounds, 1) + 1;

	for (size_t i = 0; i < n_clients; i++) {
		while (atomic_load(&clients[i].round) != round)
			nanosleep(&pause, NULL);
	}
	printf("%u\n", round);
}

static void run_commands(void)
{
	char line[1024];

	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "allow ", 6))
			allow(line + 6);
		else if (!strncmp(line, "seen ", 5))
			show_seen(line + 5);
		else if (!strncmp(line, "refused ", 8))
			printf("%d\n", (atomic_store(&may_refuse, !strcmp(line + 8, "on")), may_refuse));
		else if (!strcmp(line, "reconnect"))
			wait_for_connections();
		else if (!strcmp(line, "count"))
			printf("%llu %llu\n", answered_udp, answered_tcp);
		else if (!strcmp(line, "quit"))
			return;
		else
			printf("? %s\n", line);
	}
}

int main(int argc, char **argv)
{
	uint64_t begin;

	if (argc < 3)
		die("SERVER NAME... [LABEL=ADDRESS]... [udp=CLIENT]... [tcp=CLIENT]...", "usage");
	setlinebuf(stdout);
	take_server(argv[1]);
	for (int i = 2; i < argc; i++)
		take_argument(argv[i]);
	allowed[0] = ~0u;
	atomic_store(&n_allowed, 1);
	begin = now_ns();
	for (size_t i = 0; i < n_clients; i++)
		pthread_create(&clients[i].thread, NULL, run_client, &clients[i]);
	run_commands();
	atomic_store(&stopping, true);
	for (size_t i = 0; i < n_clients; i++)
		pthread_join(clients[i].thread, NULL);
	printf("seconds=%.1f udp=%llu tcp=%llu lost=%llu malformed=%llu wrong=%llu retried=%llu\n",
	       (now_ns() - begin) / 1e9, answered_udp, answered_tcp, lost, malformed, wrong, retried);
	return lost || malformed || wrong;
}
