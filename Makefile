# Each line is start.py's; `make help` tells what they do.
PYTHON ?= python3
TASKS := run dev test check check-ui budgets fuzz chaos bench bundle screenshots types messages lint clean newcomer setup help

.DEFAULT_GOAL := help
.PHONY: $(TASKS)
$(TASKS):
	@$(PYTHON) start.py $@
