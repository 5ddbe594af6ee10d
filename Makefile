# SPDX-License-Identifier: GPL-3.0-or-later
# GeoXDP: `make help` lists the targets.

VERSION  := 0.1.0
PREFIX   ?= /usr/local
BUILD    ?= build

CC       ?= gcc
CLANG    ?= clang
BPFTOOL  ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)

PKGS     := libbpf libknot libdnssec gnutls libzscanner libmaxminddb jansson yaml-0.1 libxxhash
# Of the command alone, for user/service.
RUN_PKGS := libevent_core libcurl libsystemd
CPPFLAGS += -I. -Iinclude -I$(BUILD) -D_GNU_SOURCE -DGX_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(PKGS) 2>/dev/null)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wno-unused-parameter
CFLAGS   ?= -O2 -g
CFLAGS   += -std=gnu11 $(WARN)
LDLIBS   += $(shell pkg-config --libs $(PKGS) 2>/dev/null) -lelf -lz -lpthread
# For what is not installed: binutils has it, and it takes half the time of its other linker.
GOLD     := $(if $(wildcard /usr/bin/ld.gold),-fuse-ld=gold)
RUN_LIBS := $(shell pkg-config --libs $(RUN_PKGS) 2>/dev/null)
# For the lines of a report -g1 is enough, and it takes less to compile.
SANFLAGS := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all

ARCH_INC := $(shell $(CC) -print-multiarch)
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -I. -Iinclude -I/usr/include/$(ARCH_INC) -Wall -Wextra -Wno-unused-parameter

CORE_SRC := $(wildcard user/core/*.c)
SYS_SRC  := $(wildcard user/sys/*.c)
SERVICE_SRC := $(wildcard user/service/*.c)
CLI_SRC  := $(wildcard user/cli/*.c)
UNIT_SRC := $(wildcard tests/unit/test_*.c)
LIB_SRC  := $(wildcard tests/lib/*.c)
PROG_SRC := $(wildcard tests/prog/test_*.c)
CONF_SRC := $(wildcard tests/conformance/*.c)
# Without a main().
CONF_LIB := tests/conformance/program.c $(filter tests/conformance/reference_%.c,$(CONF_SRC))
TOOL_SRC := $(wildcard tools/*.c)
BPF_DEPS := $(wildcard bpf/*.c bpf/*/*.h maps/*.h include/geoxdp/*.h)
HOST_HEADERS := $(wildcard include/geoxdp/*.h user/*/*.h tests/*/*.h)
BPF_HEADERS  := $(wildcard include/geoxdp/*.h bpf/*/*.h maps/*.h)
MAN_PAGES := $(wildcard docs/man/*.[1-8])
SCRIPTS  := .ci/run tests/run tests/net/isolate tools/install-deps tools/demo examples/signed/sign \
	tests/kernels/fetch tests/kernels/boot tests/kernels/init \
	$(wildcard tests/bench/*.sh tests/fuzz/*.sh tests/kernels/*.sh tests/net/*.sh tests/input/*.sh tests/examples/*.sh tests/conformance/*.sh)

obj       = $(patsubst %.c,$(BUILD)/$(1)/%.o,$(2))
# An archive: a program links what it uses.
CORE     := $(BUILD)/obj/core.a
SYS_OBJ  := $(call obj,obj,$(SYS_SRC))
SERVICE_OBJ := $(call obj,obj,$(SERVICE_SRC))
CLI_OBJ  := $(call obj,obj,$(CLI_SRC))
SAN_CORE := $(BUILD)/san/core.a
SAN_SYS  := $(call obj,san,$(SYS_SRC))
SAN_SERVICE := $(call obj,san,$(SERVICE_SRC))
SAN_SCENE := $(call obj,san,$(filter-out tests/service/test_%,$(wildcard tests/service/*.c)))
SERVICE_BIN := $(patsubst tests/service/%.c,$(BUILD)/service/%,$(wildcard tests/service/test_*.c))
UNIT_BIN := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(UNIT_SRC))
PROG_BIN := $(patsubst tests/prog/%.c,$(BUILD)/prog/%,$(PROG_SRC))
CONF_BIN := $(patsubst tests/conformance/%.c,$(BUILD)/conformance/%,$(filter-out $(CONF_LIB),$(CONF_SRC)))
FUZZ_PACKETS := $(BUILD)/fuzz/packets
FUZZ_BIN := $(BUILD)/fuzz/pure $(BUILD)/fuzz/reader $(BUILD)/fuzz/seeds
FUZZ_CORE := $(call obj,fuzz-obj,$(CORE_SRC))
TOOL_BIN := $(patsubst tools/%.c,$(BUILD)/tools/%,$(TOOL_SRC))

SKEL     := $(BUILD)/geoxdp.skel.h
STEER_SKEL := $(BUILD)/steer.skel.h
COUNTRIES := examples/own-cdn/countries.rbldnsd

SECONDS  ?= 60
IN_CI    := $(filter true,$(CI))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all deps examples check check-all check-unit check-service check-prog check-kernels check-fuzz fuzz check-net \
	check-input check-examples check-conformance demo \
	bench-geo bench-packets bench-memory bench-stages bench-live bench-growth bench-load bench-flood bench bench-goals lint install uninstall clean help

all: $(BUILD)/geoxdp examples	## build the command and the data of the examples

deps:			## install what a bare Debian machine lacks (as root)
	@tools/install-deps $(if $(IN_CI),kernels)

# --- the XDP program ---------------------------------------------------------------------------

$(BUILD)/geoxdp.bpf.o: bpf/geoxdp.bpf.c $(BPF_DEPS)
	@mkdir -p $(@D)
	$(CLANG) $(BPFFLAGS) -c $< -o $@.full
	$(BPFTOOL) gen object $@ $@.full

$(SKEL): $(BUILD)/geoxdp.bpf.o
	$(BPFTOOL) gen skeleton $< name geoxdp_bpf > $@

# The sk_lookup program of `geoxdp run`.
$(BUILD)/steer.bpf.o: bpf/steer.bpf.c $(BPF_DEPS)
	@mkdir -p $(@D)
	$(CLANG) $(BPFFLAGS) -c $< -o $@.full
	$(BPFTOOL) gen object $@ $@.full

$(STEER_SKEL): $(BUILD)/steer.bpf.o
	$(BPFTOOL) gen skeleton $< name steer_bpf > $@

# --- the command -------------------------------------------------------------------------------

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/san/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) $(SANFLAGS) -MMD -MP -c $< -o $@

$(CORE): $(call obj,obj,$(CORE_SRC))
$(SAN_CORE): $(call obj,san,$(CORE_SRC))
$(CORE) $(SAN_CORE):
	rm -f $@
	$(AR) rcs $@ $^

$(SYS_OBJ) $(SAN_SYS): $(SKEL) $(STEER_SKEL)

$(BUILD)/geoxdp: $(CLI_OBJ) $(SERVICE_OBJ) $(SYS_OBJ) $(CORE)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS) $(RUN_LIBS)

$(BUILD)/tools/%: $(BUILD)/obj/tools/%.o $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $^ -o $@ $(LDLIBS)

examples: $(COUNTRIES)	## write the country data of the examples from Debian's tor-geoipdb

$(COUNTRIES): $(BUILD)/tools/tor2rbldnsd $(wildcard /usr/share/tor/geoip /usr/share/tor/geoip6)
	$< /usr/share/tor/geoip /usr/share/tor/geoip6 > $@.new
	mv $@.new $@

# --- tests -------------------------------------------------------------------------------------

$(BUILD)/unit/%: $(BUILD)/san/tests/unit/%.o $(SAN_CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANFLAGS) $(GOLD) $^ -o $@ $(LDLIBS) -lcmocka

$(BUILD)/service/%: $(BUILD)/san/tests/service/%.o $(SAN_SCENE) $(SAN_SERVICE) $(SAN_SYS) $(SAN_CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(SANFLAGS) $(GOLD) $^ -o $@ $(LDLIBS) $(RUN_LIBS) -lcmocka

$(BUILD)/prog/%: $(BUILD)/obj/tests/prog/%.o $(call obj,obj,$(LIB_SRC)) $(SYS_OBJ) $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(GOLD) $^ -o $@ $(LDLIBS) -lcmocka

$(FUZZ_PACKETS): $(BUILD)/obj/tests/fuzz/packets.o $(call obj,obj,$(LIB_SRC)) $(SYS_OBJ) $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(GOLD) $^ -o $@ $(LDLIBS) -lcmocka

# libFuzzer is clang's. To clear 64 KiB for each arena of each input is a quarter of the time.
FUZZFLAGS := -O1 -g1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all

$(BUILD)/fuzz-obj/%.o: %.c
	@mkdir -p $(@D)
	$(CLANG) $(CPPFLAGS) -std=gnu11 $(WARN) $(FUZZFLAGS) -DGX_ARENA_BLOCK_OCTETS=1024 -MMD -MP -c $< -o $@

$(BUILD)/fuzz/pure: $(call obj,fuzz-obj,tests/fuzz/pure.c tests/lib/packet.c tests/lib/query.c tests/lib/edns.c)
	@mkdir -p $(@D)
	$(CLANG) $(FUZZFLAGS) -fsanitize=fuzzer $^ -o $@ $(LDLIBS)

$(BUILD)/fuzz/reader: $(BUILD)/fuzz-obj/tests/fuzz/reader.o $(FUZZ_CORE)
	@mkdir -p $(@D)
	$(CLANG) $(FUZZFLAGS) -fsanitize=fuzzer $^ -o $@ $(LDLIBS)

$(BUILD)/fuzz/seeds: $(call obj,obj,tests/fuzz/seeds.c tests/lib/packet.c) $(CORE)
	@mkdir -p $(@D) $(BUILD)/fuzz/valid
	$(CC) $(CFLAGS) $(GOLD) $^ -o $@ $(LDLIBS) -lcmocka
	$@ $(BUILD)/fuzz/valid

$(BUILD)/conformance/%: $(BUILD)/obj/tests/conformance/%.o $(SYS_OBJ) $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(GOLD) $(filter %.o,$^) $(CORE) -o $@ $(LDLIBS)

$(BUILD)/conformance/ask: $(call obj,obj,tests/conformance/program.c tests/lib/counters.c)
$(BUILD)/conformance/validate: LDLIBS += -lunbound
$(BUILD)/conformance/reference: $(call obj,obj,$(CONF_LIB) tests/lib/packet.c tests/lib/counters.c)

$(BUILD)/net/%.bpf.o: tests/net/%.bpf.c
	@mkdir -p $(@D)
	$(CLANG) $(BPFFLAGS) -c $< -o $@

# The TCP part of the service alone, and clients that try it.
$(BUILD)/net/tcp_node: $(BUILD)/obj/tests/net/tcp_node.o $(SERVICE_OBJ) $(SYS_OBJ) $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(GOLD) $^ -o $@ $(LDLIBS) $(RUN_LIBS)

# Clients at full speed, for the load test.
$(BUILD)/load/%: $(BUILD)/obj/tests/load/%.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(GOLD) $^ -o $@ $(LDLIBS)

$(BUILD)/net/tcp_client: $(BUILD)/obj/tests/net/tcp_client.o
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) $(GOLD) $^ -o $@

# --- benchmarks --------------------------------------------------------------------------------

$(BUILD)/bench/%.bpf.o: tests/bench/%.bpf.c $(wildcard tests/bench/*.h) $(BPF_DEPS)
	@mkdir -p $(@D)
	$(CLANG) $(BPFFLAGS) -c $< -o $@

$(BUILD)/geo_bench.skel.h: $(BUILD)/bench/geo.bpf.o
	$(BPFTOOL) gen skeleton $< name geo_bench > $@

$(BUILD)/%.skel.h: $(BUILD)/bench/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@

# The product's program, ended behind each of its stages.
STAGES := $(patsubst %,$(BUILD)/bench/stages-%.bpf.o,0 1 2 3 4 5 6 7)
$(BUILD)/bench/stages-%.bpf.o: tests/bench/stages.bpf.c tests/bench/stages.h $(BPF_DEPS)
	@mkdir -p $(@D)
	$(CLANG) $(BPFFLAGS) -DGX_STOP_AT=$* -c $< -o $@
$(BUILD)/bench/stages: $(STAGES)
$(BUILD)/obj/tests/bench/stages.o: $(SKEL)

BENCH_OBJ := $(call obj,obj,$(addprefix tests/bench/,harness.c lines.c world.c signed_zone.c stream.c plot.c) tests/lib/packet.c)

$(BUILD)/obj/tests/bench/geo.o: $(BUILD)/geo_bench.skel.h
$(BUILD)/bench/flood.bpf.o: tests/bench/feed.bpf.c
$(BUILD)/obj/tests/bench/flood.o: $(BUILD)/flood.skel.h
$(call obj,obj,$(addprefix tests/bench/,stream.c packets.c live.c stages.c)): $(BUILD)/feed.skel.h $(BUILD)/naive.skel.h

$(BUILD)/bench/geo: $(call obj,obj,tests/bench/geo.c tests/bench/forms.c tests/bench/harness.c) $(SYS_OBJ) $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(GOLD) $^ -o $@ $(LDLIBS)

$(BUILD)/bench/%: $(BUILD)/obj/tests/bench/%.o $(BENCH_OBJ) $(SYS_OBJ) $(CORE)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(GOLD) $(filter-out %.bpf.o,$(filter %.o %.a,$^)) -o $@ $(LDLIBS) -lm

BENCH_RESULTS := $(patsubst %,$(BUILD)/bench/%.json,packets live geo growth load flood)

# One after the other, whatever -j says; the table at the end is of what these runs measured.
bench:			## all benchmarks: about 15 minutes of a machine that does nothing else (as root)
	@rm -f $(BENCH_RESULTS)
	@for name in memory packets stages live geo growth load flood; do \
		echo; $(MAKE) --no-print-directory bench-$$name || exit 1; \
	done
	@$(MAKE) --no-print-directory bench-goals

bench-goals: $(BUILD)/bench/goals	## what is to be reached, and what the last runs measured
	@$< $(BENCH_RESULTS)

bench-memory: $(BUILD)/bench/memory	## time loads from memory, by the size of what is read
	@$< --json $(BUILD)/bench/memory.json $(BENCH_ARGS)

bench-packets: $(BUILD)/bench/packets	## time whole packets of each kind, beside a naive program (as root)
	@$< --json $(BUILD)/bench/packets.json $(BENCH_ARGS)

bench-stages: $(BUILD)/bench/stages	## time each stage of the program (as root)
	@$< --json $(BUILD)/bench/stages.json $(BENCH_ARGS)

bench-live: $(BUILD)/bench/live	## live frames on one processor, beside a program that only grows and sends (as root)
	@$< --json $(BUILD)/bench/live.json $(BENCH_ARGS)

bench-geo: $(BUILD)/bench/geo	## time geo look-ups alone, in the kernel (as root)
	@$< --json $(BUILD)/bench/geo.json $(BENCH_ARGS)

bench-growth: $(BUILD)/bench/growth	## time and memory as names, prefixes and maps grow (as root)
	@$< --json $(BUILD)/bench/growth.json $(BENCH_ARGS)

bench-load: $(BUILD)/bench/load	## time from the parsed form to serving, by size (as root)
	@$< --json $(BUILD)/bench/load.json $(BENCH_ARGS)

bench-flood: $(BUILD)/bench/flood $(BUILD)/bench/country_mmdb $(BUILD)/tools/tor2rbldnsd $(BUILD)/net/wire.bpf.o all	## a flood over veth, beside other name servers (as root)
	@tools/install-deps bench
	@tests/bench/flood.sh --json $(BUILD)/bench/flood.json $(BENCH_ARGS)

# What is missing is installed first, and only then looked for: hence the second make.
check: deps		## run all tests; in CI (CI=true) on other kernels too
	@$(MAKE) --no-print-directory -j$$(nproc) check-all

UNIT_TESTS := $(UNIT_BIN)
SERVICE_TESTS := $(SERVICE_BIN)
PROG_TESTS := $(PROG_BIN) $(FUZZ_PACKETS)
BENCH_TESTS := tests/bench/test_bench.sh
BENCH_BIN  := $(patsubst %,$(BUILD)/bench/%,packets geo growth live stages)
FUZZ_TESTS := tests/fuzz/test_fuzz.sh
KERNEL_TESTS := $(sort $(wildcard tests/kernels/test_*.sh))
NET_TESTS  := $(sort $(wildcard tests/net/test_*.sh))
INPUT_TESTS := $(sort $(wildcard tests/input/test_*.sh))
EXAMPLE_TESTS := $(sort $(wildcard tests/examples/test_*.sh))
CONF_TESTS := $(sort $(wildcard tests/conformance/test_*.sh))
NET_NEEDS  := all $(BUILD)/net/wire.bpf.o $(BUILD)/net/tcp_node $(BUILD)/net/tcp_client $(BUILD)/load/flood
export BUILD

ALL_TESTS  := $(UNIT_TESTS) $(SERVICE_TESTS) $(PROG_TESTS) $(BENCH_TESTS) $(FUZZ_TESTS) $(INPUT_TESTS) $(EXAMPLE_TESTS) $(NET_TESTS) \
	$(CONF_TESTS) $(if $(IN_CI),$(KERNEL_TESTS))
# How all tests are run. Each has namespaces and files of its own, so they go side by side, two more than there are processors,
# since many wait most of the time. What takes minutes begins first. What judges times comes last, with a processor for each.
LONG_TESTS  := $(KERNEL_TESTS) tests/net/test_load.sh tests/conformance/test_reference.sh tests/fuzz/test_fuzz.sh \
	tests/conformance/test_gdnsd.sh
TIMED_TESTS := $(SERVICE_TESTS) \
	$(patsubst %,tests/net/test_%.sh,run run_down run_live tcp signed failover)
SIDE_BY_SIDE := $(filter-out $(TIMED_TESTS),$(ALL_TESTS))

check-all: $(UNIT_TESTS) $(SERVICE_TESTS) $(PROG_TESTS) $(FUZZ_BIN) $(CONF_BIN) $(NET_NEEDS) $(BENCH_BIN)
	@tests/run -j $$(($$(nproc) + 2)) $(filter $(SIDE_BY_SIDE),$(LONG_TESTS)) $(filter-out $(LONG_TESTS),$(SIDE_BY_SIDE)) \
		-j $$(nproc) $(TIMED_TESTS)

check-unit: $(UNIT_TESTS)	## only the unit tests, under ASan and UBSan; needs no root
	@tests/run $(UNIT_TESTS)

check-service: $(SERVICE_TESTS)	## only the parts of `geoxdp run`, under ASan and UBSan; needs no root
	@tests/run $(SERVICE_TESTS)

check-prog: $(PROG_TESTS)	## only packets through the program with BPF_PROG_RUN
	@tests/run $(PROG_TESTS)

check-kernels: $(PROG_TESTS)	## packets through the program on this kernel, and on Debian's 6.1 and 6.12 in QEMU
	@tools/install-deps kernels
	@tests/run $(PROG_TESTS) -j 2 $(KERNEL_TESTS)

check-fuzz: $(FUZZ_BIN) $(FUZZ_PACKETS)	## only the fuzzers, with a fixed number of inputs
	@tests/run $(FUZZ_PACKETS) $(FUZZ_TESTS)

# A packet costs about 50 us.
fuzz: $(FUZZ_BIN) $(FUZZ_PACKETS)	## the fuzzers for SECONDS each (default 60), from other seeds each time (as root)
	$(FUZZ_PACKETS) $$(od -An -N4 -tu4 /dev/urandom) $$(($(SECONDS) * 20000))
	$(FUZZ_TESTS) $(SECONDS)

check-net: $(NET_NEEDS)		## only dig and NSD in network namespaces
	@tests/run $(NET_TESTS)

check-input: all		## only configurations with mistakes in them; needs no root
	@tests/run $(INPUT_TESTS)

check-examples: all		## only the queries that the examples list
	@tests/run $(EXAMPLE_TESTS)

check-conformance: $(NET_NEEDS) $(CONF_BIN)	## only the comparison with gdnsd, NSD and Knot
	@tests/run $(CONF_TESTS)

demo: deps		## a CDN between network namespaces, asked by clients all over the world (as root)
	@$(MAKE) --no-print-directory -sq $(NET_NEEDS) || echo 'building'
	@$(MAKE) --no-print-directory -s $(NET_NEEDS)
	@tools/demo

# --- the rest ----------------------------------------------------------------------------------

install: $(BUILD)/geoxdp	## install below DESTDIR and PREFIX (default /usr/local)
	install -D -m 755 $< $(DESTDIR)$(PREFIX)/sbin/geoxdp
	install -D -m 644 user/cli/completion.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/geoxdp
	mkdir -p $(DESTDIR)$(PREFIX)/lib/systemd/system
	sed 's,/usr/local/,$(PREFIX)/,' examples/systemd/geoxdp.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/geoxdp.service
	for page in $(MAN_PAGES); do \
		install -D -m 644 $$page $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done

uninstall:		## remove what install installed
	rm -f $(DESTDIR)$(PREFIX)/sbin/geoxdp $(DESTDIR)$(PREFIX)/share/bash-completion/completions/geoxdp \
		$(DESTDIR)$(PREFIX)/lib/systemd/system/geoxdp.service
	for page in $(MAN_PAGES); do \
		rm -f $(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$${page##*/} || exit 1; \
	done

# uninitvar: cppcheck does not see that libknot's storage types are arrays. ASan and gcc look for it in the tests.
lint:			## shell scripts, manual pages, and headers that must compile alone
	@tools/install-deps lint
	shellcheck -x -S warning $(SCRIPTS)
	cppcheck --quiet --error-exitcode=1 --inline-suppr --enable=warning,portability \
		--suppress=missingIncludeSystem --suppress=uninitvar --suppress=legacyUninitvar '-DLIBBPF_OPTS(type,name,...)=struct type name' \
		-I. -Iinclude -DGX_VERSION='""' $(CORE_SRC) $(SYS_SRC) $(SERVICE_SRC) $(CLI_SRC)
	@for file in $$(git ls-files bpf include maps | grep '[.][ch]$$'); do \
		expand -t8 $$file | awk -v file=$$file 'length > 120 \
			{ print file ":" FNR ": more than 120 columns"; bad = 1 } END { exit bad }' || exit 1; \
	done
	for page in $(MAN_PAGES); do mandoc -T lint -W warning $$page || exit 1; done
	for header in $(HOST_HEADERS); do \
		$(CC) $(CPPFLAGS) -std=gnu11 $(WARN) -Wno-unused -fsyntax-only -x c $$header || exit 1; \
	done
	for header in $(BPF_HEADERS); do \
		$(CLANG) $(BPFFLAGS) -Wno-unused -fsyntax-only -x c $$header || exit 1; \
	done

clean:			## remove what make made
	rm -rf $(BUILD) $(COUNTRIES) $(COUNTRIES).new examples/signed/keys examples/signed/example.com.zone.signed

help:			## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1\t/p' $(MAKEFILE_LIST) | \
		awk -F '\t' '{ printf "  make %-18s %s\n", $$1, $$NF }'

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
