/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of interfaces as names of pins.
 *
 * The kernel takes up to 15 octets as an interface's name, without '/', ':' and white space, and neither "." nor ".."
 * (dev_valid_name()). Its BPF file system refuses dots with EPERM, and VLANs are called eth0.100. So a pin is called as
 * its interface, octet by octet, but for
 *
 *	'.'	%2e
 *	'%'	%25, so that each name has one pin, and each pin one name. Linux makes no such interface up to now: it
 *		takes '%' for its own "eth%d"
 */
#ifndef GEOXDP_SYS_PIN_NAME_H
#define GEOXDP_SYS_PIN_NAME_H

#include <net/if.h>
#include <stdbool.h>

/*
 * With the NUL. More than the 45 octets that an interface's pin has at most: what is typed as a name and is longer is
 * cut off here, and is still the pin of none.
 */
#define GX_PIN_NAME_OCTETS 64

/* The pin's name of an interface. Returns it. */
char *gx_pin_escape(const char *interface, char pin[GX_PIN_NAME_OCTETS]);

/* The interface's name of a pin. Returns false where gx_pin_escape() makes no such pin of 1 to 15 octets. */
bool gx_pin_unescape(const char *pin, char interface[IF_NAMESIZE]);

#endif
