/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Valid inputs for the fuzzers where no file in the tree is one: packets and MaxMind DBs: seeds FOLDER */
#include "tests/unit/mmdb_file.h"

#include "tests/lib/packet.h"
#include "tests/lib/wire.h"

#define NUMBER(array) (sizeof(array) / sizeof((array)[0]))

static const struct packet packets[] = {
	PACKET(.pad_to = 0),
	PACKET(PACKET_NO_EDNS),
	PACKET(PACKET_IPV6, .flags1 = PACKET_RD, PACKET_OPTIONS(PACKET_ECS6("2001:db8:1::", 56))),
	PACKET(.vlans = 2, .opt_flags = PACKET_DO, PACKET_OPTIONS(PACKET_ECS4("10.1.5.0", 24))),
	PACKET(PACKET_OPTIONS({ .code = KNOT_EDNS_OPTION_COOKIE, .data = "8octets.", .data_octets = 8 },
			      PACKET_ECS4("10.5.0.7", 32))),
	PACKET(.opts = 2), PACKET(.opt_version = 1), PACKET(.opt_owner = "a."),
	PACKET(.qname = "*.a.long.name.of.more.than.forty.octets.that.has.A.REST.example.com."),
	PACKET(.family = AF_INET6, .source = "64:ff9b::10.1.5.7"),
	PACKET(.family = AF_INET6, .source = "2002:a05:7::"),
};

static void write_seed(const char *folder, const char *kind, size_t number, const uint8_t *octets, size_t len)
{
	char path[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s-%zu", folder, kind, number);
	file = fopen(path, "w");
	if (!file || fwrite(octets, 1, len, file) != len || fclose(file)) {
		perror(path);
		exit(1);
	}
}

/* A packet as the frame it is, and as the message alone: see pure.c. */
static void write_packet(const char *folder, size_t number)
{
	uint8_t input[1 + PACKET_MAX_OCTETS] = { 0 };
	size_t octets = packet_build(&packets[number], input + 1), front;

	write_seed(folder, "packet-frame", number, input, 1 + octets);
	front = WIRE_ETHERNET_OCTETS + packets[number].vlans * WIRE_VLAN_OCTETS + WIRE_UDP_OCTETS +
		(packets[number].family == AF_INET6 ? WIRE_IPV6_OCTETS : WIRE_IPV4_OCTETS);
	input[front] = 1;
	write_seed(folder, "packet-message", number, input + front, 1 + octets - front);
}

int main(int argc, char **argv)
{
	if (argc != 2)
		return 2;
	for (size_t i = 0; i < NUMBER(packets); i++)
		write_packet(argv[1], i);
	for (unsigned int bits = 24; bits <= 32; bits += 4) {
		struct mmdb *db = mmdb_small_city_database(bits);

		write_seed(argv[1], "mmdb", bits, db->octets, db->len);
		free(db);
	}
	return 0;
}
