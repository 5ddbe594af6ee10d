/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * HTTP: a reply with the right status, and with the right body where one is asked for. libcurl speaks, in the loop.
 *
 * Every attempt makes a new connection, and with HTTPS a full handshake: a kept connection, or a resumed session,
 * would not show that new clients are turned away, or that the certificate has expired.
 *
 * TCP checks of names come here too: libcurl resolves and connects, and that is all.
 */
#include <curl/curl.h>
#include <errno.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "user/core/mem.h"
#include "user/service/health_impl.h"

_Static_assert(LIBCURL_VERSION_NUM >= 0x075700, "CURLOPT_QUICK_EXIT: else a slow resolver blocks the loop");

/* Certificates of authorities are read again after it. */
#define GX_HTTP_CA_S	3600

/* The fault of an attempt until it opens a socket: a resolver that keeps silent is not the target's. */
static const char gx_unresolved[] = "its name was not resolved in time";

/* What all checks share. */
struct gx_http {
	struct gx_health *health;
	CURLM *multi;
	struct event timer;
	struct curl_slist *headers;
	const char *ca_file;		/* NULL: libcurl's */
};

/* Of one check. */
struct gx_fetch {
	CURL *easy;
	struct curl_slist *connect_to;
	regex_t match;
	bool has_match;
	bool is_full;			/* the body is longer than what is looked at */
	size_t octets;			/* of the body, so far */
	size_t capacity;
	char *body;			/* NUL-terminated; kept only where there is something to match */
	char error[CURL_ERROR_SIZE];
};

/* --- results ----------------------------------------------------------------------------------- */

static void gx_fetch_judge_body(struct gx_probe *probe, long status)
{
	struct gx_fetch *fetch = probe->own;
	/* REG_STARTEND: a NUL does not end the body. */
	regmatch_t range = { .rm_so = 0, .rm_eo = fetch->octets };
	int result = fetch->has_match ? regexec(&fetch->match, fetch->body ? fetch->body : "", 1, &range, REG_STARTEND)
				      : 0;

	if (!result)
		gx_probe_end(probe, GX_VERDICT_UP, "HTTP status %ld", status);
	else if (result == REG_NOMATCH)
		gx_probe_end(probe, GX_VERDICT_DOWN, "body does not match");
	else
		gx_probe_end(probe, GX_VERDICT_NONE, "match: out of memory");
}

/* Faults of the node, its resolver among them: one that is away would take every name down with it. */
static bool gx_curl_is_ours(CURLcode code)
{
	switch (code) {
	case CURLE_OUT_OF_MEMORY:
	case CURLE_FAILED_INIT:
	case CURLE_URL_MALFORMAT:
	case CURLE_NOT_BUILT_IN:
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ENGINE_INITFAILED:
	case CURLE_BAD_FUNCTION_ARGUMENT:
		return true;
	default:
		return false;
	}
}

static void gx_fetch_fail(struct gx_probe *probe, CURLcode code)
{
	struct gx_fetch *fetch = probe->own;
	long error = 0;

	if (code == CURLE_COULDNT_CONNECT) {
		curl_easy_getinfo(fetch->easy, CURLINFO_OS_ERRNO, &error);
		if (gx_errno_is_ours(error))
			probe->fault = strerrordesc_np(error);
		gx_probe_end(probe, GX_VERDICT_DOWN, "connect: %s", error ? strerror(error) : fetch->error);
		return;
	}
	gx_probe_end(probe, gx_curl_is_ours(code) ? GX_VERDICT_NONE : GX_VERDICT_DOWN, "%s",
		     fetch->error[0] ? fetch->error : curl_easy_strerror(code));
}

static void gx_fetch_judge(struct gx_probe *probe, CURLcode code)
{
	const struct gx_check *check = &probe->key.check;
	struct gx_fetch *fetch = probe->own;
	long status = 0;

	if (code == CURLE_WRITE_ERROR && fetch->is_full)
		code = CURLE_OK;
	curl_easy_getinfo(fetch->easy, CURLINFO_RESPONSE_CODE, &status);
	if (code)
		gx_fetch_fail(probe, code);
	else if (check->kind == GX_CHECK_TCP)
		gx_probe_end(probe, GX_VERDICT_UP, "connected");
	else if (status < check->status_min || status > check->status_max)
		gx_probe_end(probe, GX_VERDICT_DOWN, "HTTP status %ld", status);
	else
		gx_fetch_judge_body(probe, status);
	free(fetch->body);
	fetch->body = NULL;
	fetch->capacity = 0;
}

/* Reports may come only from here: within a call of libcurl, no transfer can be taken out. */
static void gx_http_collect(struct gx_http *http)
{
	struct CURLMsg *message;
	int left;

	while ((message = curl_multi_info_read(http->multi, &left))) {
		CURL *easy = message->easy_handle;
		CURLcode code = message->data.result;
		struct gx_probe *probe;

		if (message->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&probe);
		curl_multi_remove_handle(http->multi, easy);
		gx_fetch_judge(probe, code);
	}
}

/* --- libcurl in the loop ----------------------------------------------------------------------- */

static void gx_http_socket_ready(evutil_socket_t fd, short what, void *context)
{
	struct gx_http *http = context;
	int running;

	curl_multi_socket_action(http->multi, fd,
				 (what & EV_READ ? CURL_CSELECT_IN : 0) | (what & EV_WRITE ? CURL_CSELECT_OUT : 0),
				 &running);
	gx_http_collect(http);
}

static void gx_http_timer_fires(evutil_socket_t fd, short what, void *context)
{
	struct gx_http *http = context;
	int running;

	curl_multi_socket_action(http->multi, CURL_SOCKET_TIMEOUT, 0, &running);
	gx_http_collect(http);
}

/* libcurl wants to wait for a socket in another way than before. event: NULL where it is new. */
static int gx_http_watch(CURL *easy, curl_socket_t fd, int what, void *context, void *event)
{
	struct gx_http *http = context;
	struct gx_probe *probe;
	short events = EV_PERSIST;

	if (event)
		event_free(event);
	curl_multi_assign(http->multi, fd, NULL);
	if (what == CURL_POLL_REMOVE)
		return 0;
	if (what & CURL_POLL_IN)
		events |= EV_READ;
	if (what & CURL_POLL_OUT)
		events |= EV_WRITE;
	event = event_new(http->health->base, fd, events, gx_http_socket_ready, http);
	if (!event || event_add(event, NULL)) {
		/* Nothing will wake this attempt before its time is over. It is not the target's fault. */
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, (char **)&probe);
		probe->fault = strerrordesc_np(errno ? errno : ENOMEM);
	}
	curl_multi_assign(http->multi, fd, event);
	return 0;
}

static int gx_http_set_timer(CURLM *multi, long wait_ms, void *context)
{
	struct gx_http *http = context;
	struct timeval delay = { .tv_sec = wait_ms / 1000, .tv_usec = wait_ms % 1000 * 1000 };

	if (wait_ms < 0)
		event_del(&http->timer);
	else
		event_add(&http->timer, &delay);
	return 0;
}

/* A socket that leaves nothing behind when it is closed, as check_tcp.c has it. */
static curl_socket_t gx_http_socket(void *context, curlsocktype purpose, struct curl_sockaddr *address)
{
	const struct linger reset = { .l_onoff = 1, .l_linger = 0 };
	struct gx_probe *probe = context;
	int fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);

	if (fd < 0) {
		probe->fault = strerrordesc_np(errno);
		return CURL_SOCKET_BAD;
	}
	/* The name is resolved; and where one family of addresses is not to be had, another is. */
	probe->fault = NULL;
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	return fd;
}

/* Takes the body up to its bound; there, the transfer is ended by not taking all. */
static size_t gx_http_write(char *data, size_t one, size_t octets, void *context)
{
	struct gx_probe *probe = context;
	struct gx_fetch *fetch = probe->own;
	size_t room = GX_HEALTH_BODY_OCTETS - fetch->octets;
	size_t taken = octets < room ? octets : room;

	if (fetch->has_match) {
		while (fetch->octets + taken >= fetch->capacity) {
			fetch->capacity = fetch->capacity ? fetch->capacity * 2 : 1024;
			fetch->body = gx_realloc(fetch->body, fetch->capacity);
		}
		memcpy(fetch->body + fetch->octets, data, taken);
		fetch->body[fetch->octets + taken] = '\0';
	}
	fetch->octets += taken;
	fetch->is_full = fetch->octets == GX_HEALTH_BODY_OCTETS;
	return fetch->is_full ? CURL_WRITEFUNC_ERROR : taken;
}

/* --- one check --------------------------------------------------------------------------------- */

/* Where to connect to in place of the URL's host, in libcurl's words: of any host and port, to ADDRESS, port kept. */
static struct curl_slist *gx_fetch_connect_to(const struct gx_check *check)
{
	char text[sizeof(check->address) + 8];
	bool is_ipv6 = strchr(check->address, ':');

	snprintf(text, sizeof(text), is_ipv6 ? "::[%s]:" : "::%s:", check->address);
	return curl_slist_append(NULL, text);
}

/* Options of HTTP alone. */
static void gx_fetch_set_http(struct gx_fetch *fetch, const struct gx_check *check, const struct gx_http *http)
{
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_URL, check->target);
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, http->headers);
	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_USERAGENT, "geoxdp/" GX_VERSION);
	curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, gx_http_write);
	curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, 8192L);
	curl_easy_setopt(easy, CURLOPT_SSL_SESSIONID_CACHE, 0L);
	/*
	 * The parsed certificates of all authorities are kept, which libcurl does only without a folder of them:
	 * parsing takes ten milliseconds, each time.
	 */
	curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);
	curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, (long)GX_HTTP_CA_S);
	if (http->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, http->ca_file);
	if (check->address[0]) {
		fetch->connect_to = gx_fetch_connect_to(check);
		curl_easy_setopt(easy, CURLOPT_CONNECT_TO, fetch->connect_to);
	}
}

static void gx_fetch_set_tcp(struct gx_fetch *fetch, const struct gx_check *check)
{
	char url[sizeof(check->address) + 8];

	snprintf(url, sizeof(url), "http://%s", check->address);
	curl_easy_setopt(fetch->easy, CURLOPT_URL, url);
	curl_easy_setopt(fetch->easy, CURLOPT_PORT, (long)check->port);
	curl_easy_setopt(fetch->easy, CURLOPT_CONNECT_ONLY, 1L);
}

static void gx_fetch_set(struct gx_fetch *fetch, struct gx_probe *probe)
{
	const struct gx_check *check = &probe->key.check;
	CURL *easy = fetch->easy;

	curl_easy_setopt(easy, CURLOPT_PRIVATE, probe);
	curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, fetch->error);
	curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(easy, CURLOPT_PROXY, "");
	curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, 1L);
	curl_easy_setopt(easy, CURLOPT_FORBID_REUSE, 1L);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, probe);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, gx_http_socket);
	curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, probe);
	/* The probe's timer is for the whole attempt; libcurl's own are out of its way. */
	curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, 2L * check->timeout_ms);
	if (check->kind == GX_CHECK_TCP)
		gx_fetch_set_tcp(fetch, check);
	else
		gx_fetch_set_http(fetch, check, probe->health->http);
}

static void gx_http_release(struct gx_probe *probe)
{
	struct gx_fetch *fetch = probe->own;

	if (!fetch)
		return;
	curl_easy_cleanup(fetch->easy);
	curl_slist_free_all(fetch->connect_to);
	if (fetch->has_match)
		regfree(&fetch->match);
	free(fetch->body);
	free(fetch);
	probe->own = NULL;
}

/* Returns false where an expression, or memory, is in the way; the attempt has ended. */
static bool gx_fetch_new(struct gx_probe *probe)
{
	const struct gx_check *check = &probe->key.check;
	struct gx_fetch *fetch = probe->own = gx_calloc(1, sizeof(*fetch));
	char reason[128];
	int result = 0;

	/* REG_NEWLINE: ^ and $ stand at lines, since bodies end with a line's end. */
	if (check->kind == GX_CHECK_HTTP && check->match[0])
		result = regcomp(&fetch->match, check->match, REG_EXTENDED | REG_NOSUB | REG_NEWLINE);
	fetch->has_match = check->kind == GX_CHECK_HTTP && check->match[0] && !result;
	fetch->easy = curl_easy_init();
	if (!result && fetch->easy) {
		gx_fetch_set(fetch, probe);
		return true;
	}
	if (result)
		regerror(result, &fetch->match, reason, sizeof(reason));
	else
		strcpy(reason, strerror(ENOMEM));
	gx_http_release(probe);
	gx_probe_end(probe, GX_VERDICT_NONE, "match: %s", reason);
	return false;
}

static void gx_http_start(struct gx_probe *probe)
{
	struct gx_fetch *fetch;

	if (!probe->own && !gx_fetch_new(probe))
		return;
	fetch = probe->own;
	fetch->octets = 0;
	fetch->is_full = false;
	fetch->error[0] = '\0';
	probe->fault = gx_unresolved;
	if (curl_multi_add_handle(probe->health->http->multi, fetch->easy))
		gx_probe_end(probe, GX_VERDICT_NONE, "start: %s", strerror(ENOMEM));
}

static void gx_http_stop(struct gx_probe *probe)
{
	struct gx_fetch *fetch = probe->own;

	curl_multi_remove_handle(probe->health->http->multi, fetch->easy);
}

const struct gx_check_kind gx_check_http = {
	.start = gx_http_start,
	.stop = gx_http_stop,
	.free = gx_http_release,
};

/* --- all checks -------------------------------------------------------------------------------- */

int gx_http_new(struct gx_health *health, struct gx_failure *failure)
{
	struct gx_http *http;

	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return gx_fail(failure, ENOMEM, NULL, "health checks: start libcurl");
	http = gx_calloc(1, sizeof(*http));
	http->health = health;
	http->multi = curl_multi_init();
	/* So that servers close too, and do not count on more. */
	http->headers = curl_slist_append(NULL, "Connection: close");
	/* As OpenSSL's own programs have it; libcurl alone would not look at it. */
	http->ca_file = getenv("SSL_CERT_FILE");
	event_assign(&http->timer, health->base, -1, 0, gx_http_timer_fires, http);
	health->http = http;
	if (!http->multi || !http->headers) {
		gx_http_free(health);
		return gx_fail(failure, ENOMEM, NULL, "health checks: start libcurl");
	}
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, gx_http_watch);
	curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, gx_http_set_timer);
	curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	curl_multi_setopt(http->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	return 0;
}

void gx_http_free(struct gx_health *health)
{
	struct gx_http *http = health->http;

	if (http->multi)
		curl_multi_cleanup(http->multi);
	event_del(&http->timer);
	curl_slist_free_all(http->headers);
	free(http);
	curl_global_cleanup();
}
