# Everything a developer or a new administrator does first. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

.PHONY: help demo run dist test test-unit test-interop test-ui test-vm test-install test-boot torture check format bench fuzz ipxe

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

demo: ## boot virtual PCs from power-on to an OS on their own iSCSI disks, in a private network
	@scripts/setup run lab
	@npm run --silent lab -- demo

run: ## run the server here, with its data in ./data
	@scripts/setup run
	@npm run --silent cafeboot -- --data-dir data serve

dist: ## single binaries of the program and the guest agent, a .deb, SBOM and sums, in dist/ (PLATFORM=linux-x64)
	@scripts/setup dist
	@npm run --silent dist -- $(if $(PLATFORM),--platform $(PLATFORM))

test: ## every tier of tests; ends with "N passed, N failed"
	@scripts/setup run lab test
	@npm run --silent check
	@npm run --silent test:all

test-unit: ## pure logic and single parts
	@scripts/setup
	@npm run --silent test:unit

test-interop: ## real clients and servers in network namespaces
	@scripts/setup run lab test
	@npm run --silent test:interop

test-ui: ## the console in a browser
	@scripts/setup run test
	@npm run --silent test:ui

test-vm: ## lvm2 and LIO in a virtual server, and virtual PCs that boot from it
	@scripts/setup run lab test
	@npm run --silent test:vm

test-install: ## the single binary on a virtual Debian server
	@scripts/setup run lab test
	@npm run --silent test:install

test-boot: ## virtual PCs that boot, every way in
	@scripts/setup run lab test
	@npm run --silent test:boot

check: ## types, lint, format, import rules
	@scripts/setup
	@npm run --silent check

format: ## write the format and safe lint fixes
	@npm run --silent format

ipxe: ## build our iPXE into assets/boot, from IPXE_SRC=<tree> or the pinned release
	@scripts/setup ipxe
	@scripts/ipxe

bench: ## side by side with dnsmasq, tftpd-hpa, nginx and targetcli; JSON in bench-results/
	@scripts/setup run lab test bench
	@npm run --silent bench

torture: ## an hour of kills and pulled plugs in the middle of work (KILLS=, VM_KILLS=, VM_RESETS=, SEED=)
	@scripts/setup run lab test
	@CAFEBOOT_KILLS=$(KILLS) CAFEBOOT_VM_KILLS=$(VM_KILLS) CAFEBOOT_VM_RESETS=$(VM_RESETS) \
	  $(if $(SEED),CAFEBOOT_SEED=$(SEED)) npm run --silent test:vm -- test/vm/sudden-ends.test.ts
torture: KILLS = 100
torture: VM_KILLS = 20
torture: VM_RESETS = 10

fuzz: ## a million hostile datagrams to each UDP port of a running server (COUNT=, SEED=)
	@scripts/setup run lab test
	@npm run --silent fuzz
