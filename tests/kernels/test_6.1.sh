#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# The BPF_PROG_RUN tests on Linux 6.1, the oldest kernel that the program is made for.
exec "$(dirname "$0")/boot" 6.1
