# SPDX-License-Identifier: GPL-3.0-or-later
# GeoXDP: `make help` lists the targets.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
BUILD    ?= build

CC       ?= gcc
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)

PKGS     := libbpf libknot libzscanner jansson
CPPFLAGS += -I. -Iinclude -I$(BUILD) -D_GNU_SOURCE -DGX_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wno-unused-parameter
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 $(WARN)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lelf -lz -lpthread
SANFLAGS := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

ARCH_INC := $(shell $(CC) -print-multiarch)
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -I. -Iinclude -I/usr/include/$(ARCH_INC) -Wall -Wextra -Wno-unused-parameter

CORE_SRC := $(wildcard user/core/*.c)
SYS_SRC  := $(wildcard user/sys/*.c)
CLI_SRC  := $(wildcard user/cli/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
LIB_SRC  := $(wildcard tests/lib/*.c)
PROG_SRC := $(wildcard tests/prog/test_*.c)
TOOL_SRC := $(wildcard tools/*.c)
BPF_DEPS := $(wildcard bpf/*.c bpf/*/*.h maps/*.h include/geoxdp/*.h)
HEADERS  := $(shell find include bpf maps user tests -name '*.h' 2>/dev/null)

obj       = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
CORE_OBJ := $(call obj,obj,$(CORE_SRC))
SYS_OBJ  := $(call obj,obj,$(SYS_SRC))
CLI_OBJ  := $(call obj,obj,$(CLI_SRC))
SAN_CORE := $(call obj,san,$(CORE_SRC))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
PROG_BIN := $(patsubst tests/prog/%.c,$(BUILD)/prog/%,$(PROG_SRC))
TOOL_BIN := $(patsubst tools/%.c,$(BUILD)/tools/%,$(TOOL_SRC))

SKEL     := $(BUILD)/geoxdp.skel.h
COUNTRIES := examples/own-cdn/countries.rbldnsd

.DELETE_ON_ERROR:
.PHONY: all deps examples check check-unit check-prog check-net check-input check-conformance demo \
	lint format install uninstall clean help

all: $(BUILD)/geoxdp examples	## build the command and the data of the examples

deps:			## install what a bare Debian machine lacks (as root)
	tools/install-deps

# --- the XDP program ---------------------------------------------------------------------------

$(BUILD)/geoxdp.bpf.o: bpf/geoxdp.bpf.c $(BPF_DEPS)
	@mkdir -p $(@D)
	$(CLANG) $(BPFFLAGS) -c $< -o $@.full
	$(BPFTOOL) gen object $@ $@.full

$(SKEL): $(BUILD)/geoxdp.bpf.o
	$(BPFTOOL) gen skeleton $< name geoxdp_bpf > $@

# --- the command -------------------------------------------------------------------------------

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -MMD -MP -c $< -o $@

$(SYS_OBJ): $(SKEL)

$(BUILD)/geoxdp: $(CLI_OBJ) $(SYS_OBJ) $(CORE_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

$(BUILD)/tools/%: $(BUILD)/obj/tools/%.o $(CORE_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

examples: $(COUNTRIES)	## write the country data of the examples from Debian's tor-geoipdb

$(COUNTRIES): $(BUILD)/tools/tor2rbldnsd $(wildcard /usr/share/tor/geoip /usr/share/tor/geoip6)
	$< /usr/share/tor/geoip /usr/share/tor/geoip6 > $@.new
	mv $@.new $@

# --- tests -------------------------------------------------------------------------------------

$(BUILD)/unit/%: $(BUILD)/san/tests/unit/%.o $(SAN_CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANFLAGS) $^ -o $@ $(LDLIBS) -lcmocka

$(BUILD)/prog/%: $(BUILD)/obj/tests/prog/%.o $(call obj,obj,$(LIB_SRC)) $(SYS_OBJ) $(CORE_OBJ)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $^ -o $@ $(LDLIBS) -lcmocka

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
