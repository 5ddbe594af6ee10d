/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both ends of the control socket share. */
#ifndef GEOXDP_SERVICE_CONTROL_IMPL_H
#define GEOXDP_SERVICE_CONTROL_IMPL_H

/* Of sockaddr_un. */
#define GX_CONTROL_PATH_OCTETS		108
#define GX_CONTROL_REQUEST_OCTETS	64

#endif
