// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/*
 * GeoXDP: answers geo DNS queries in the network driver.
 *
 *   frame -> question -> name -> EDNS -> client -> location -> answer -> reply -> verdict
 *
 * Each step goes on or ends with a reason (include/geoxdp/reason.h). All checks and the final size come before
 * the first write; what cannot be answered exactly is passed untouched.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#include "bpf/kern/answer.h"
#include "bpf/kern/cookie.h"
#include "bpf/kern/encloser.h"
#include "bpf/kern/find.h"
#include "bpf/kern/gaps.h"
#include "bpf/kern/parse.h"
#include "bpf/kern/reply.h"
#include "bpf/kern/service.h"
#include "bpf/kern/signed.h"
#include "bpf/kern/stage.h"
#include "bpf/kern/verdict.h"

/* The frame is for a service address and holds a query of the form that is answered here. */
static __always_inline int gx_accept(struct xdp_md *ctx, struct gx_packet *packet)
{
	const __u8 *data = gx_data(ctx), *dns;
	const void *end = gx_data_end(ctx);
	int reason = gx_parse_frame(data, end, packet);

	if (reason != GX_GO_ON)
		return reason;
	if (!gx_is_own_mac(data))
		return gx_leave(GX_PASSED_FRAME);
	if (!gx_is_service(packet))
		return gx_leave(GX_PASSED_SERVICE);
	dns = data + (packet->dns_offset & 0xff);
	if (packet->dns_octets < GX_DNS_HEADER_OCTETS || packet->dns_octets > GX_OFFSET_MASK ||
	    (const void *)(dns + GX_DNS_HEADER_OCTETS) > end)
		return gx_leave(GX_PASSED_DNS_SHORT);
	return gx_check_header(dns, &packet->arcount);
}

/* What the query says beside its question. An error there is answered. Return: GX_GO_ON, or the outcome. */
static __always_inline int gx_accept_additional(struct xdp_md *ctx, const struct gx_packet *packet,
						const struct gx_question *question, struct gx_edns *edns,
						struct gx_plan *plan)
{
	int reason = gx_parse_additional(ctx, packet, GX_DNS_HEADER_OCTETS + question->octets, edns);

	if (edns->present && edns->version != GX_OPT_VERSION && reason == GX_GO_ON)
		gx_plan_error(plan, GX_SERVED_BADVERS, GX_RCODE_BADVERS);
	else if (reason == GX_SERVED_FORMERR || (reason == GX_GO_ON && edns->bad_cookie && gx_find_secrets()))
		gx_plan_error(plan, GX_SERVED_FORMERR, GX_RCODE_FORMERR);
	else
		return reason;
	return gx_send_reply(ctx, packet, question, edns, plan);
}

static __always_inline int gx_answer_query(struct xdp_md *ctx)
{
	struct gx_packet packet;
	struct gx_question question = { .slot = GX_NO_SLOT };
	struct gx_encloser encloser = { .slot = GX_NO_SLOT };
	struct gx_edns read, *edns = NULL;	/* NULL: no additional records */
	struct gx_plan plan = {};
	struct gx_name *name;
	__u32 ref = GX_REF_NONE;
	int reason;

	GX_STAGE(BEGIN, ctx);
	reason = gx_accept(ctx, &packet);
	if (reason != GX_GO_ON)
		return reason;
	GX_STAGE(FRAME, &packet);
	reason = gx_find_question(ctx, &packet, &question);
	if (reason != GX_GO_ON)
		return reason;
	GX_STAGE(QUESTION, &question);
	name = bpf_map_lookup_elem(&names, &question.slot);
	if (name)
		ref = gx_find_ref(name, question.type);
	else if (encloser_count)
		name = gx_find_by_encloser(ctx, packet.dns_offset, &question, &encloser, &ref);
	if (!name)
		return gx_leave(GX_PASSED_NAME);
	if (ref == GX_REF_NONE)
		return gx_leave(name->flags & GX_NAME_BETWEEN ? GX_PASSED_NAME : GX_PASSED_TYPE);
	GX_STAGE(NAME, ref);

	if (packet.arcount) {
		__builtin_memset(&read, 0, sizeof(read));
		edns = &read;
		reason = gx_accept_additional(ctx, &packet, &question, edns, &plan);
		if (reason != GX_GO_ON)
			return reason;
		if (edns->flags1 & GX_OPT1_DO && name->flags & GX_NAME_SIGNED) {
			ref = gx_find_proven(ctx, packet.dns_offset, &question, &encloser, &plan);
			if (ref == GX_REF_NONE)
				return gx_leave(GX_PASSED_DNSSEC);
		}
		plan.with_cookie = edns->cookie_octets && gx_renew_cookie(&packet, edns);
	} else if (GX_DNS_HEADER_OCTETS + question.octets != packet.dns_octets) {
		return gx_leave(GX_PASSED_ADDITIONAL);
	}
	GX_STAGE(EDNS, edns);

	reason = gx_plan_answer(ref, question.octets - GX_QUESTION_TAIL_OCTETS, &packet, edns, &plan);
	if (reason != GX_GO_ON)
		return reason;
	if (plan.gap_list)
		reason = gx_plan_tails(&plan, question.octets - GX_QUESTION_TAIL_OCTETS);
	if (reason != GX_GO_ON)
		return reason;
	GX_STAGE(ANSWER, &plan);
	plan.with_options = 1;
	reason = gx_send_reply(ctx, &packet, &question, edns, &plan);
	return plan.tails_octets && reason == (int)plan.reason ? gx_send_tails(ctx, &packet, &question, &plan) : reason;
}

SEC("xdp")
int geoxdp(struct xdp_md *ctx)
{
	return gx_verdict(gx_answer_query(ctx));
}

char _license[] SEC("license") = "Dual BSD/GPL";
