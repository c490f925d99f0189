#!/usr/bin/env bash
# Tests the models of a list, one shard in each task of the array. submit.sh submits it.
#SBATCH --job-name=loadmatrix
#SBATCH --array=1-8
#SBATCH --cpus-per-task=4
#SBATCH --mem=16G
#SBATCH --time=08:00:00
#SBATCH --requeue
set -u
shard="$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
# Environments are thousands of small files: they belong on a disk of the node.
cache="${LOADMATRIX_CACHE:-${TMPDIR:-/tmp}/loadmatrix-$USER}"
code=0
loadmatrix matrix --models-from "$LIST" --shard "$shard" --jobs "${SLURM_CPUS_PER_TASK:-1}" \
  --envdir "$cache" --output "$RESULTS/shard-$SLURM_ARRAY_TASK_ID" || code=$?
# 1 and 3 are answers about models: the task has done its work.
case "$code" in 1 | 3) code=0 ;; esac
exit "$code"
