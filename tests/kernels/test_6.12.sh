#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The BPF_PROG_RUN tests on Linux 6.12.
exec "$(dirname "$0")/boot" 6.12
