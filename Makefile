# `make demo` and `make test` need Python 3.8 or newer with pip, and a package registry; nothing else.
PYTHON ?= python3
BIN := .venv/bin
CONFIG := toolbox_configs/DEMO_RFACENET.yaml

TABLES := --pure demo_tables/PURE --ubfc demo_tables/UBFC-rPPG --allow-incomplete --cache demo_tables/clips --jobs 2 \
	--config toolbox_configs/table2/DEMO_BASE.yaml

.PHONY: demo test lint bench table2-demo table3-demo clean

demo: .venv/ready demo_data/ready
	$(BIN)/python main.py --config_file $(CONFIG)

test: .venv/ready
	$(BIN)/python -m pytest

lint: .venv/ready
	$(BIN)/python -m ruff check .

# Ratios; with RPPG_TOOLBOX=/path/to/checkout, against the toolbox.
bench: .venv/ready
	$(BIN)/python benchmarks/bench.py

# Tables 2 and 3 on synthetic recordings. Killed, even with kill -9, they go on where they were when made again.
table2-demo: .venv/ready demo_tables/ready
	$(BIN)/rfacenet table2 $(TABLES) --seeds 100 101 --out runs/table2-demo

table3-demo: .venv/ready demo_tables/ready
	$(BIN)/rfacenet table3 $(TABLES) --seeds 100 101 102 --out runs/table3-demo

# Synthetic recordings in the data sets' own formats; test subjects are other people than training subjects.
demo_data/ready: .venv/ready
	$(BIN)/rfacenet synth demo_data/PURE --dataset pure --subjects 8 --scenarios 1 3 --seconds 8.6 --size 320 240 --seed 1
	$(BIN)/rfacenet synth demo_data/UBFC-rPPG --dataset ubfc-rppg --subjects 12 --first-subject 21 --seconds 17.1 \
		--size 320 240 --seed 2
	touch $@

# 20.1 s, five chunks of 120 frames and three frames more; still and moving heads in one set, talking ones in the other.
demo_tables/ready: .venv/ready
	$(BIN)/rfacenet synth demo_tables/PURE --dataset pure --subjects 8 --scenarios 1 3 --seconds 20.1 --size 320 240 \
		--seed 1
	$(BIN)/rfacenet synth demo_tables/UBFC-rPPG --dataset ubfc-rppg --subjects 10 --first-subject 21 --scenarios 2 \
		--seconds 20.1 --size 320 240 --seed 2
	touch $@

.venv/ready: setup.py constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,lint]'
	touch $@

clean:
	rm -rf .venv demo_data demo_tables runs
