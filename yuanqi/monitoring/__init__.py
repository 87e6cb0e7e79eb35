"""Key indicators (重点指标调度): monthly returns, targets, forecasts, and their sums."""
