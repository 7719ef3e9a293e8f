# CarLot Manager. `make` alone shows what there is.
.DEFAULT_GOAL := help
.PHONY: help setup dev test check format bench soak wordpress wordpress-test deploy backup restore doctor lock api-doc

PY := .venv/bin/python
NODE := node_modules/.bin/node
# Not in src/, which the local runtime watches: it would start anew.
export PYTHONPYCACHEPREFIX := $(CURDIR)/.runtime/pycache
CODE := src dev tests bench
# One more than there are cores: many tests wait for a browser or for the local runtime.
PROCESSES = $$(($$(getconf _NPROCESSORS_ONLN) + 1))

help: ## show this
	@echo "CarLot Manager"; awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install what is missing: Python and Node tools, the Worker's packages, the local runtime
	@dev/setup

dev: ## run it at http://localhost:8787 with simulated partners and a demo lot
	@dev/up

test: ## set up, check, and run every test
	@dev/setup --for-tests
	@$(MAKE) --no-print-directory check
	@echo "[test] pytest"; $(PY) -m pytest -n $(PROCESSES) --dist loadgroup --durations 25

check: ## ruff, format, strict types, and the same for the pages' JavaScript
	@dev/setup
	@echo "[check] ruff"; $(PY) -m ruff check --quiet $(CODE) dev/lock
	@echo "[check] format"; $(PY) -m ruff format --check --quiet $(CODE) dev/lock || { echo "run: make format" >&2; exit 1; }
	@echo "[check] types"; $(PY) -m mypy $(CODE)
	@echo "[check] javascript"; $(NODE) node_modules/eslint/bin/eslint.js public
	@$(NODE) node_modules/typescript/bin/tsc -p tsconfig.json

format: ## put the code into its one format
	@dev/setup
	@$(PY) -m ruff check --fix --quiet $(CODE) dev/lock || true
	@$(PY) -m ruff format $(CODE) dev/lock

bench: ## measure import and public reads beside a TypeScript peer
	@dev/setup
	@bench/run.py

soak: ## ten minutes of fuzzing, 50,000 calls made from the API's description, 450 documents into faulty books, then the long fault run on the real runtime; SEED=7 has them again
	@dev/setup
	@PYTHONPATH=src:dev:tests $(PY) -m fuzz --seconds 600 $(if $(SEED),--seed $(SEED))
	@PYTHONPATH=src:dev:tests $(PY) -m openapi.hunt --cases 50000 $(if $(SEED),--seed $(SEED))
	@for mode in ignored honoured; do BOOKS_SALES=300 BOOKS_REQUESTID=$$mode $(PY) -m pytest -q tests/workerd/test_books.py || exit 1; done
	@PYTHONPATH=src:dev:tests $(PY) -m workerd.soak $(if $(SEED),--seed $(SEED))

wordpress: ## pack the WordPress plugin into dist/carlot-inventory.zip; needs only Python
	@dev/wordpress

REAL := $(addprefix tests/wordpress/real_,wordpress.py addresses.py browser.py network.py)
wordpress-test: ## try the plugin in Debian's WordPress and in the newest one, with MariaDB and a browser (installs Debian's packages)
	@dev/setup
	@dev/wordpress --newest
	@$(PY) -m pytest $(REAL)
	@WORDPRESS_PROGRAM=.runtime/wordpress/usr/share/wordpress $(PY) -m pytest $(REAL)

deploy: ## put it on Cloudflare, again after any failure; ENV=preview beside production; URL=https://... where it is asked afterwards
	@$(if $(URL),CARLOT_URL=$(URL)) dev/deploy $(ENV)

backup: ## keep D1 and the photos in one file under backups/; LOCAL=.wrangler/state takes a local instance's
	@dev/backup $(if $(LOCAL),--local $(LOCAL)) $(if $(ENV),--env $(ENV)) $(FILE)

restore: ## put FILE=... back, in place of what is there; LOCAL as above
	@dev/restore $(if $(LOCAL),--local $(LOCAL)) $(if $(ENV),--env $(ENV)) $(FILE)

doctor: ## versions, bindings, what is configured, what to do next; URL=https://... asks a running instance how it is
	@dev/doctor $(URL)

lock: ## make the lock files anew
	@dev/setup
	@$(PY) dev/lock

api-doc: ## write docs/api.md anew from the routes and models
	@dev/setup
	@dev/api-doc
