#!/bin/sh
# A run of simctl as an array job, a shard each:
#
#   sbatch --array=0-3 array.sh --target target.json --dataset fleet --start-at "$(date +%s -d '+2 minutes')" --out results
#   simctl merge results --out whole
#
# Slurm counts the array and its elements in SLURM_ARRAY_TASK_COUNT and SLURM_ARRAY_TASK_ID; SIMCTL says how simctl is
# called where it is not on the path.
#SBATCH --job-name=simctl
#SBATCH --ntasks=1
#SBATCH --output=simctl-%A-%a.log
exec ${SIMCTL:-simctl} run --shards "$SLURM_ARRAY_TASK_COUNT" "$@"
