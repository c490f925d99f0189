#!/usr/bin/env bash
# Merges the shards into one report; a shard that is missing is named in it.
#SBATCH --job-name=loadmatrix-merge
#SBATCH --cpus-per-task=1
#SBATCH --mem=4G
#SBATCH --time=01:00:00
set -u
loadmatrix report "$RESULTS"/shard-* --output "$RESULTS/compatibility"
