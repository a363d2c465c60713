"""The pipelines: functions from DataFrames to a DataFrame, one file each."""
