# Each target does its own set-up; `make` alone lists them.
.DEFAULT_GOAL := help
PHASE ?= immediate
.PHONY: help setup immediate short_term readiness plan sandbox-up sandbox-down sandbox-status test proofs docs policies lock clean
export PATH := $(CURDIR)/.venv/bin:$(PATH)

help: ## show this list
	@grep -hE '^[a-z_-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "make %-16s %s\n", $$1, $$2}'

setup: ## make the Python environment (.venv)
	@tools/setup sandbox

immediate: setup ## run the first phase on the sandbox
	@ansible-playbook playbooks/immediate.yml

short_term: setup ## run the second phase as far as it is built: cache, load balancer, WAF, load test, after `make immediate`
	@ansible-playbook playbooks/short_term.yml

readiness: setup ## decide whether it is ready for production, after both phases
	@tools/readiness

plan: setup ## show what a phase would change: make plan PHASE=immediate
	@tools/plan playbooks/$(PHASE).yml

sandbox-up sandbox-down sandbox-status: sandbox-%: setup ## start, stop or show the sandbox
	@python -m sandbox $*

test: ## run every test but the long proofs
	@tools/setup dev
	@tests/run

proofs: ## run every proof in full, not the samples of make test
	@tools/setup dev
	@tests/run all_proofs

docs: setup ## build the documentation's site: guides, runbooks, reference
	@tools/docs

policies: ## write policies/ and the lists of permissions in READMEs and runbooks anew, from the requests really made
	@tools/setup dev
	@python -m tests.proofs.policies && python -m tools.runbooks

lock: ## resolve requirements/*.in again into the hashed locks
	@cd requirements && for name in uv sandbox dev locust docs; do uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --upgrade $$name.in -o $$name.lock; done

clean: ## stop the sandbox and remove everything that was made here
	@if [ -x .venv/bin/python ]; then python -m sandbox down; fi
	@rm -rf .venv .sandbox .sandbox-packages .ansible build evidence
