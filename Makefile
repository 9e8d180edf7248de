# `make demo` and `make test` need Python 3.8 or newer with pip, and a package registry; nothing else.
PYTHON ?= python3
PYTHON38 ?= python3.8
BIN := .venv/bin
ALONE := OMP_NUM_THREADS=1
CONFIG := toolbox_configs/DEMO_RFACENET.yaml
TABLES := --pure demo_tables/PURE --ubfc demo_tables/UBFC-rPPG --allow-incomplete --cache demo_tables/clips --jobs 2 \
	--config toolbox_configs/table2/DEMO_BASE.yaml
DRAWN_FACES := --pure benchmark_data/PURE --ubfc benchmark_data/UBFC-rPPG --allow-incomplete \
	--cache benchmark_data/clips --jobs 2 --config toolbox_configs/benchmark/BASE.yaml
# Runs of rFaceNet beside Table 3.
BESIDE := toolbox_configs/benchmark/RFACENET.yaml --seeds 100 101 102 --jobs 2
BENCHMARKS := step loaders preprocessing memory scoring signal_methods

.PHONY: demo predict-demo table1-demo table2-demo table3-demo benchmark benchmark-table2 benchmark-table3 weights test test-fast test-floor lint types docs bench mediapipe mtcnn clean

demo: .venv/ready demo_data/ready
	$(BIN)/python main.py --config_file $(CONFIG)

# A synthetic video, and what `rfacenet predict` says of it: numbers, waveform and picture in runs/predict.
predict-demo: .venv/ready
	$(BIN)/rfacenet synth demo_data/own --dataset ubfc-rppg --subjects 1 --first-subject 41 --seconds 30 --seed 3
	$(BIN)/rfacenet predict demo_data/own/subject41/vid.avi --out runs/predict

# In as many processes as there are cores; each computes on one of them.
test: .venv/ready
	$(ALONE) $(BIN)/python -m pytest -n auto

# Less than a minute: without the tests that are marked slow.
test-fast: .venv/ready
	$(ALONE) $(BIN)/python -m pytest -n auto -m "not slow"

# The unit tests in the toolbox's own environment, the oldest that is supported: `make test-floor PYTHON38=python3.8`.
test-floor: .venv-floor/ready
	$(ALONE) .venv-floor/bin/python -m pytest tests/unit -n auto

lint: .venv/ready
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .

types: .venv/ready
	$(BIN)/python -m mypy

# The pages of docs/ and the docstrings as a site that opens without a network: site/index.html.
docs: .venv/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train,docs]'
	rm -rf site docs/api
	$(BIN)/python -m sphinx -q -W --keep-going -d .venv/doctrees docs site

# The short benchmarks, in turn: ratios, and the machine; with RPPG_TOOLBOX=/path/to/checkout, against the toolbox.
bench: .venv/ready
	for name in $(BENCHMARKS); do echo "== $$name" && $(BIN)/python benchmarks/$$name.py || exit 1; done

# The face backend MP. The second line puts the headless OpenCV back in place, over the one that MediaPipe asks for.
mediapipe: .venv/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[mediapipe]'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps --force-reinstall opencv-python-headless

# The weights of the face backend MTCNN: files in facenet-pytorch, whose code is not used, and nothing that it asks for.
mtcnn: .venv/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --no-deps facenet-pytorch

# The tables on synthetic recordings. Killed, even with kill -9, they go on where they were when made again.
table2-demo: .venv/ready demo_tables/ready
	$(BIN)/rfacenet table2 $(TABLES) --seeds 100 101 --out runs/table2-demo

table3-demo: .venv/ready demo_tables/ready
	$(BIN)/rfacenet table3 $(TABLES) --seeds 100 101 102 --out runs/table3-demo

# Five folds of a small VIPL-HR with every defect of the real one.
table1-demo: .venv/ready demo_vipl/ready
	$(BIN)/rfacenet table1 --vipl demo_vipl/VIPL-HR --allow-incomplete --cache demo_vipl/clips --out runs/table1-demo \
		--jobs 2 --config toolbox_configs/table1/DEMO_BASE.yaml toolbox_configs/table1_demo

# DrawnFaces-102, Tables 2 and 3 on it, and what the contour branch adds: hours on two cores. What is interrupted goes on
# where it was when repeated. docs/benchmark.md has results.
benchmark: benchmark-table2 benchmark-table3
	$(BIN)/python benchmarks/table_times.py runs/benchmark/table2 runs/benchmark/table3
	$(BIN)/python main.py --config_file toolbox_configs/benchmark/IDENTITY.yaml
	$(BIN)/rfacenet sweep $(BESIDE) --set 'MODEL.RFACENET.LOSS.TASKS=[bvp,heart_rate]' --out runs/benchmark/no_identity_term
	PYTHONPATH=benchmarks RFACENET_PLUGINS=zero_map $(BIN)/rfacenet sweep $(BESIDE) --set MODEL.NAME=rFaceNetZeros \
		--set MODEL.RFACENET.IDENTITY=noise --out runs/benchmark/zero_map
	cd runs/benchmark && $(abspath $(BIN))/python ../../benchmarks/rows_apart.py neither=table3/NEITHER \
		'zeros for the map=zero_map' 'CTFC only=table3/CTFC_ONLY' 'Stage-3, no identity term=no_identity_term' \
		Stage-3=table2/PURE_UBFC/rFaceNet Stage-3=table3/STAGE3 --against neither Stage-3
	$(BIN)/python benchmarks/contour_branch.py runs/benchmark/table2/*/rFaceNet/seed* runs/benchmark/identity \
		runs/benchmark/table3/STAGE*/seed* runs/benchmark/table3/CTFC_ONLY/seed*

benchmark-table2: .venv/ready benchmark_data/ready
	$(BIN)/rfacenet table2 $(DRAWN_FACES) --seeds 100 101 --out runs/benchmark/table2

benchmark-table3: .venv/ready benchmark_data/ready
	mkdir -p runs/benchmark/table2
	$(BIN)/rfacenet table3 $(DRAWN_FACES) --seeds 100 101 102 --reuse runs/benchmark/table2 --out runs/benchmark/table3

# The weights that the package ships, trained anew: some three hours on two cores, and as they were made, with their log
# and curves. Interrupted, it goes on where it was when repeated. docs/model-card.md says what came of it.
# `make weights TINY=1` runs the same chain in a few minutes, on a few recordings and for one epoch of each part. What it
# makes lies in runs/weights_tiny_made; the package's files stay as they are.
ifdef TINY
W_DATA := weights_data/tiny
W_PEOPLE := 12 4 4 12
W_CONFIG := toolbox_configs/weights_tiny/WEIGHTS_RFACENET
W_RUN := runs/weights_tiny
W_LAST_EPOCH := 0
W_MADE := runs/weights_tiny_made
W_EPOCHS := $(W_MADE)/weights-epochs.csv
W_CURVES := $(W_MADE)/weights-training.png
W_QUALITY := --share 0.1 --dry --picture $(W_MADE)/quality-reliability.png
else
W_DATA := weights_data
W_PEOPLE := 1408 64 80 1408
W_CONFIG := toolbox_configs/WEIGHTS_RFACENET
W_RUN := runs/weights
W_LAST_EPOCH := 16
W_MADE := rfacenet_toolbox/weights
W_EPOCHS := docs/weights-epochs.csv
W_CURVES := docs/images/weights-training.png
W_QUALITY :=
endif

weights: .venv/ready $(W_DATA)/ready
	$(BIN)/python main.py --config_file $(W_CONFIG)_24.yaml
	cp $(W_RUN)_24/*/PreTrainedModels/varied_rfacenet_Epoch$(W_LAST_EPOCH).pth $(W_RUN)_24.pth
	$(BIN)/python main.py --config_file $(W_CONFIG)_36.yaml
	$(BIN)/rfacenet export $(W_RUN)_36 --out $(W_RUN)_36.safetensors
	$(BIN)/torchrun --nproc_per_node 2 main.py --config_file $(W_CONFIG).yaml
	mkdir -p $(W_MADE)
	$(BIN)/rfacenet export $(W_RUN) --out $(W_RUN).safetensors
	$(BIN)/python benchmarks/average_weights.py $(W_RUN)_36.safetensors $(W_RUN).safetensors \
		--out $(W_MADE)/rfacenet.safetensors
	$(BIN)/rfacenet export $(W_MADE)/rfacenet.safetensors --out $(W_MADE)/rfacenet.onnx
	$(BIN)/python benchmarks/weights_log.py 24x24=$(W_RUN)_24 36x36=$(W_RUN)_36 all=$(W_RUN) \
		--out $(W_EPOCHS)
	$(BIN)/rfacenet report $(W_RUN) --attention-clips 1 --out $(W_RUN)_report
	cp $(W_RUN)_report/figures/$(notdir $(W_RUN))-loss.png $(W_CURVES)
	$(BIN)/python benchmarks/held_out.py $(W_DATA)/held_out --methods rfacenet=$(W_MADE)/rfacenet.safetensors \
		pos chrom green
	$(BIN)/python benchmarks/calibrate_quality.py $(W_DATA)/quality --workers 2 $(W_QUALITY)

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

# Two people in each fold; a still scene and one of head motion, by three cameras and the infrared one.
demo_vipl/ready: .venv/ready
	$(BIN)/rfacenet synth demo_vipl/VIPL-HR --dataset vipl-hr --subjects 10 --scenarios 1 2 --seconds 10 --size 160 120 \
		--seed 1
	touch $@

benchmark_data/ready: .venv/ready
	$(BIN)/rfacenet synth benchmark_data --benchmark
	touch $@

# People, lights and cameras of every kind; the held-out recordings are of other people.
$(W_DATA)/ready: .venv/ready
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[train,weights,onnx-export]'
	$(BIN)/rfacenet synth $(W_DATA)/train --dataset varied --subjects $(word 1,$(W_PEOPLE)) --seconds 8.7 \
		--size 320 240 --seed 31
	$(BIN)/rfacenet synth $(W_DATA)/train --dataset varied --subjects $(word 2,$(W_PEOPLE)) --first-subject 1409 \
		--seconds 8.7 --size 640 480 --seed 33
	$(BIN)/rfacenet synth $(W_DATA)/more --dataset varied --subjects $(word 4,$(W_PEOPLE)) --first-subject 1473 \
		--seconds 8.7 --size 320 240 --seed 34
	mkdir -p $(W_DATA)/all
	cd $(W_DATA)/all && ln -sfn ../train/* ../more/* .
	$(BIN)/rfacenet synth $(W_DATA)/held_out --dataset varied --subjects $(word 3,$(W_PEOPLE)) --first-subject 5001 \
		--seconds 20.1 --size 320 240 --seed 32
	touch $@

.venv/ready: setup.py constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,lint]'
	touch $@

.venv-floor/ready: setup.py constraints-floor.txt
	$(PYTHON38) -m venv .venv-floor
	.venv-floor/bin/python -m pip install --quiet --constraint constraints-floor.txt --editable '.[test]'
	touch $@

clean:
	rm -rf .venv .venv-floor site docs/api demo_data demo_tables demo_vipl benchmark_data weights_data runs
