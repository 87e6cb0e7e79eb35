"""The spine: cases, tasks, clocks, messages, evaluations, mechanisms."""
