/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP checks: status and body, whom they ask and how, and whose certificates they believe. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include "tests/service/health_scene.h"

#define HEAD	"HTTP/1.1 200 OK\r\nServer: test\r\n"
#define OK	HEAD "Content-Length: 3\r\n\r\nOK\n"

/* One attempt at a server that says this. The report, with the port as 1; its flags are those of a unit that was up. */
static struct told ask(const char *reply, size_t octets, const char *match, char *request)
{
	struct scene scene;
	struct server server;
	struct told told;
	char url[64], *colon;

	server_start(&server, "127.0.0.1", reply, octets);
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
	scene_set_up(&scene);
	scene_unit(&scene, "eu");
	snprintf(scene_http(&scene, 1, url, "")->match, sizeof(scene.checks[1].match), "%s", match);
	scene.checks[1].interval_ms = 5000;
	scene.checks[1].timeout_ms = reply ? 4000 : 200;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	assert_int_equal(scene_counts(&scene).undecided, 0);
	assert_in_range(scene.n_told, 0, 1);
	told = scene.told[0];
	scene_tear_down(&scene);
	server_stop(&server);
	if (request)
		strcpy(request, server.request);
	colon = strstr(told.why, "/: ");
	if (colon)
		memmove(told.why, colon + 3, strlen(colon + 3) + 1);
	return told;
}

static struct told ask_text(const char *reply, const char *match)
{
	return ask(reply, reply ? strlen(reply) : 0, match, NULL);
}

static void test_status_and_body_decide(void **state)
{
	static const struct {
		const char *reply;
		const char *match;
		const char *why;	/* NULL: a success */
	} cases[] = {
		{ OK, "", NULL },
		{ OK, "^OK$", NULL },
		{ OK, "K", NULL },
		{ OK, "^K", "body does not match" },
		{ HEAD "\r\n", "", NULL },
		{ HEAD "\r\n", "x", "body does not match" },
		{ HEAD "\r\n", "^$", NULL },
		{ "HTTP/1.0 204 No Content\r\n\r\n", "", NULL },
		{ "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 3\r\n\r\nOK\n", "OK", "HTTP status 503" },
		{ "HTTP/1.1 300 Multiple Choices\r\nContent-Length: 0\r\n\r\n", "", "HTTP status 300" },
		/* Not followed: what is somewhere else says nothing of this target. */
		{ "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n", "",
		  "HTTP status 302" },
		{ "SSH-2.0-OpenSSH_9.2p1\r\n", "", "Received HTTP/0.9 when not allowed" },
		{ "", "", "Empty reply from server" },
		{ HEAD "Content-Length: 100\r\n\r\nOK", "OK",
		  "transfer closed with 98 bytes remaining to read" },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\nOK\r\n0\r\n\r\n", "^OK$", NULL },
		{ HEAD "Transfer-Encoding: chunked\r\n\r\nxyz\r\n", "", "Illegal or missing hexadecimal sequence in "
									  "chunked-encoding" },
		{ NULL, "", "timed out after 200 ms" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct told told = ask_text(cases[i].reply, cases[i].match);

		if (!cases[i].why) {
			assert_string_equal(told.why, "");
			continue;
		}
		assert_int_equal(told.flags, GX_UNIT_DOWN);
		/* libcurl's own words differ between its versions in what follows. */
		if (strncmp(told.why, cases[i].why, strlen(cases[i].why)))
			assert_string_equal(told.why, cases[i].why);
	}
}

static void test_octets_behind_a_nul_are_looked_at(void **state)
{
	static const char reply[] = HEAD "Content-Length: 5\r\n\r\na\0b\nc";

	assert_string_equal(ask(reply, sizeof(reply) - 1, "^c$", NULL).why, "");
	assert_string_equal(ask(reply, sizeof(reply) - 1, "d", NULL).why, "body does not match");
}

static void test_64_kib_of_the_body_are_looked_at_and_no_more_is_read(void **state)
{
	const size_t head = strlen(HEAD "\r\n"), octets = head + (32 << 20);
	char *reply = gx_calloc(1, octets);
	struct told told;

	memcpy(reply, HEAD "\r\n", head);
	memset(reply + head, '.', octets - head);
	reply[head + 65535] = 'x';
	reply[head + 65536] = 'y';
	told = ask(reply, octets, "x", NULL);
	assert_string_equal(told.why, "");
	told = ask(reply, octets, "y", NULL);
	assert_string_equal(told.why, "body does not match");
	told = ask(reply, octets, "", NULL);
	assert_string_equal(told.why, "");
	free(reply);
}

static void test_the_request_is_plain_and_says_who_asks(void **state)
{
	char request[4096], expect[256];
	const char *host;

	/* Proxies of the environment are not asked. */
	setenv("http_proxy", "http://127.0.0.1:1", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
	assert_string_equal(ask(OK, strlen(OK), "", request).why, "");
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
	host = strstr(request, "Host: ");
	assert_non_null(host);
	snprintf(expect, sizeof(expect),
		 "GET / HTTP/1.1\r\n%.*s\r\n"
		 "User-Agent: geoxdp/" GX_VERSION "\r\nAccept: */*\r\nConnection: close\r\n\r\n",
		 (int)strcspn(host, "\r"), host);
	assert_string_equal(request, expect);
}

/* The name of the URL goes into the Host header, and the connection to the address; at the URL's port. */
static void test_the_address_stands_in_for_the_host_of_the_url(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1", "localhost" };

	for (size_t i = 0; i < 3; i++) {
		struct scene scene;
		struct server server;
		char url[128], why[256], host[128];

		server_start(&server, i == 1 ? "::1" : "127.0.0.1", OK, strlen(OK));
		snprintf(url, sizeof(url), "http://www.example.invalid:%u/health?a=b", server.port);
		scene_set_up(&scene);
		scene.units[scene_unit(&scene, "eu")].flags = GX_UNIT_DOWN;
		scene_http(&scene, 1, url, addresses[i])->interval_ms = 5000;
		scene.checks[1].timeout_ms = 5000;
		scene_set(&scene);
		scene_attempts(&scene, 1);
		snprintf(why, sizeof(why), "c %s at %s: HTTP status 200", url, addresses[i]);
		assert_told(&scene, 1, 0, why);
		scene_tear_down(&scene);
		server_stop(&server);
		snprintf(host, sizeof(host), "GET /health?a=b HTTP/1.1\r\nHost: www.example.invalid:%u\r\n",
			 server.port);
		assert_int_equal(strncmp(server.request, host, strlen(host)), 0);
	}
}

static void test_every_attempt_makes_a_new_connection(void **state)
{
	struct scene scene;
	struct server server;
	char url[64];

	server_start(&server, "127.0.0.1", OK, strlen(OK));
	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", server.port);
	scene_set_up(&scene);
	scene_http(&scene, scene_unit(&scene, "eu"), url, "");
	scene_set(&scene);
	scene_attempts(&scene, 4);
	assert_int_equal(server.accepted, 4);
	assert_int_equal(scene_counts(&scene).failures, 0);
	scene_tear_down(&scene);
	server_stop(&server);
}

static void test_a_refused_connection_is_a_failure(void **state)
{
	struct scene scene;
	char url[64], why[128];

	snprintf(url, sizeof(url), "http://127.0.0.1:%u/", refusing_port());
	scene_set_up(&scene);
	scene_http(&scene, scene_unit(&scene, "eu"), url, "");
	scene_set(&scene);
	scene_attempts(&scene, 1);
	snprintf(why, sizeof(why), "c %s: connect: Connection refused", url);
	assert_told(&scene, 1, GX_UNIT_DOWN, why);
	scene_tear_down(&scene);
}

static void test_what_only_this_node_gets_wrong_says_nothing(void **state)
{
	static const struct {
		const char *url;
		const char *match;
		const char *trouble;
	} cases[] = {
		{ "http://127.0.0.1:1/", "(", "c http://127.0.0.1:1/: match: Unmatched ( or \\(" },
		{ "http://nowhere.invalid/", "", "c http://nowhere.invalid/: Could not resolve host: nowhere.invalid" },
		{ "http://:/", "", NULL },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct scene scene;

		scene_set_up(&scene);
		strcpy(scene_http(&scene, scene_unit(&scene, "eu"), cases[i].url, "")->match, cases[i].match);
		scene.checks[1].interval_ms = scene.checks[1].timeout_ms = 9000;
		scene_set(&scene);
		scene_attempts(&scene, 1);
		assert_undecided(&scene, cases[i].trouble ? cases[i].trouble : scene_counts(&scene).trouble);
		scene_tear_down(&scene);
	}
}

/* --- HTTPS ------------------------------------------------------------------------------------- */

struct tls {
	pid_t pid;
	uint16_t port;
	char *key, *certificate, *other;
};

static void openssl(char *const *arguments)
{
	posix_spawn_file_actions_t actions;
	int status;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&pid, "openssl", &actions, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void make_certificate(char *key, char *certificate, char *days)
{
	openssl((char *[]){ "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
			    "-keyout", key, "-out", certificate, "-days", days, "-subj", "/CN=www.example.test",
			    "-addext", "subjectAltName=DNS:www.example.test", NULL });
}

/* `openssl s_server` says on which port it listens. */
static void tls_start(struct tls *tls, struct folder *folder)
{
	char *arguments[] = { "openssl", "s_server", "-accept", "127.0.0.1:0", "-www",
			      "-key", NULL, "-cert", NULL, NULL };
	posix_spawn_file_actions_t actions;
	char line[256];
	FILE *output;
	int pipe_fd[2];

	tls->key = folder_path(folder, "key");
	tls->certificate = folder_path(folder, "certificate");
	tls->other = folder_path(folder, "other");
	make_certificate(folder_path(folder, "other.key"), tls->other, "1");
	make_certificate(tls->key, tls->certificate, "1");
	arguments[6] = tls->key;
	arguments[8] = tls->certificate;
	assert_int_equal(pipe2(pipe_fd, O_CLOEXEC), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pipe_fd[1], 1);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawnp(&tls->pid, "openssl", &actions, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(pipe_fd[1]);
	output = fdopen(pipe_fd[0], "r");
	tls->port = 0;
	while (!tls->port && fgets(line, sizeof(line), output))
		sscanf(line, "ACCEPT 127.0.0.1:%hu", &tls->port);
	assert_true(tls->port);
	fclose(output);
}

static void tls_stop(struct tls *tls)
{
	kill(tls->pid, SIGKILL);
	waitpid(tls->pid, NULL, 0);
}

/* One attempt; flags and the result's words. */
static struct told ask_tls(const struct tls *tls, const char *name, const char *trusted)
{
	struct scene scene;
	struct told told;
	struct gx_health_counts counts;
	char url[128];
	const char *colon;

	setenv("SSL_CERT_FILE", trusted, 1);
	scene_set_up(&scene);
	unsetenv("SSL_CERT_FILE");
	snprintf(url, sizeof(url), "https://%s:%u/", name, tls->port);
	scene_http(&scene, scene_unit(&scene, "eu"), url, "127.0.0.1")->interval_ms = 9000;
	scene.checks[1].timeout_ms = 9000;
	scene_set(&scene);
	scene_attempts(&scene, 1);
	counts = scene_counts(&scene);
	told = scene.told[0];
	colon = strstr(counts.undecided ? counts.trouble : told.why, "127.0.0.1: ");
	if (counts.undecided)
		told.flags = GX_UNIT_PENDING;
	snprintf(told.why, sizeof(told.why), "%s", colon ? strdupa(colon + strlen("127.0.0.1: ")) : "");
	scene_tear_down(&scene);
	return told;
}

static void test_the_certificate_has_to_be_trusted_and_of_the_name_in_the_url(void **state)
{
	struct folder *folder = *state;
	struct told told;
	struct tls tls;

	tls_start(&tls, folder);
	told = ask_tls(&tls, "www.example.test", tls.certificate);
	assert_string_equal(told.why, "");
	assert_int_equal(told.flags, 0);

	told = ask_tls(&tls, "www.example.org", tls.certificate);
	assert_int_equal(told.flags, GX_UNIT_DOWN);
	assert_non_null(strstr(told.why, "no alternative certificate subject name matches target host name"));

	told = ask_tls(&tls, "www.example.test", tls.other);
	assert_int_equal(told.flags, GX_UNIT_DOWN);
	assert_non_null(strstr(told.why, "SSL certificate problem: "));

	/* Without certificates to trust, no server can be right: that is the node's fault. */
	told = ask_tls(&tls, "www.example.test", folder_path(folder, "missing"));
	assert_int_equal(told.flags, GX_UNIT_PENDING);
	assert_non_null(strstr(told.why, "error setting certificate"));
	tls_stop(&tls);
}

static void test_plain_http_at_an_https_url_is_a_failure(void **state)
{
	struct folder *folder = *state;
	struct server server;
	struct tls tls = { 0 };
	struct told told;

	make_certificate(folder_path(folder, "key"), folder_path(folder, "certificate"), "1");
	server_start(&server, "127.0.0.1", OK, strlen(OK));
	tls.port = server.port;
	told = ask_tls(&tls, "www.example.test", folder_path(folder, "certificate"));
	assert_int_equal(told.flags, GX_UNIT_DOWN);
	assert_non_null(strstr(told.why, "SSL"));
	server_stop(&server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status_and_body_decide),
		cmocka_unit_test(test_octets_behind_a_nul_are_looked_at),
		cmocka_unit_test(test_64_kib_of_the_body_are_looked_at_and_no_more_is_read),
		cmocka_unit_test(test_the_request_is_plain_and_says_who_asks),
		cmocka_unit_test(test_the_address_stands_in_for_the_host_of_the_url),
		cmocka_unit_test(test_every_attempt_makes_a_new_connection),
		cmocka_unit_test(test_a_refused_connection_is_a_failure),
		cmocka_unit_test(test_what_only_this_node_gets_wrong_says_nothing),
		folder_test(test_the_certificate_has_to_be_trusted_and_of_the_name_in_the_url),
		folder_test(test_plain_http_at_an_https_url_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
