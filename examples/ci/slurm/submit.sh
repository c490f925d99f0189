#!/usr/bin/env bash
# Submits all shards, and the merge behind them: LIST=registry.txt RESULTS=results ./submit.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
LIST=$(realpath "$LIST")
RESULTS=$(realpath -m "$RESULTS")
mkdir -p "$RESULTS"
export LIST RESULTS
# The report is made of what there is, so the merge also runs behind a task that failed.
array=$(sbatch --parsable --export=ALL "$here/shards.sh")
sbatch --parsable --export=ALL --dependency="afterany:$array" "$here/merge.sh"
