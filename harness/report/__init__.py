"""What run directories say: summaries, tables, progress, leaderboards. Reads records, plays nothing."""
