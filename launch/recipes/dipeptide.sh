#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# The slow processes of alanine dipeptide, by a VAMPnet of simulated trajectories.
set -euo pipefail
# shellcheck source=launch/recipes/shared.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/shared.sh"

usage() {
  cat <<TEXT
usage: launch/recipes/dipeptide.sh [--quick] [-n RANKS]

Lets GROMACS simulate alanine dipeptide (ACE-ALA-NME, Amber99SB-ILDN) twice from different velocities, and
trains a VAMPnet on the positions of the ten heavy atoms of the first trajectory, whose softmax makes three
states of them. "infomax markov" tells the timescales, the transitions between the states and the
Chapman-Kolmogorov test of the second one, with intervals; beside them are those of a Markov state model of
the same trajectory, which knows the torsions phi and psi: counts of transitions between the cells of a grid.

There is no water: charges are screened as in a medium of dielectric constant 78.5. At 600 K, 10 ns hold tens of
transitions of phi, and take a minute or two on one core. The states are those of water (extended, helical,
left-handed), but their times are not those of any experiment.

  --quick    a try of a few seconds, with little data and training
  -n RANKS   ranks (default: one for each core)

It needs GROMACS and NumPy, and installs neither: apt install gromacs python3-numpy. The Markov state model is
one of a few lines of NumPy (launch/recipes/torsions.py), as Debian does not package deeptime.
TEXT
}

lag=10           # frames of 0.2 ps
lags=1,2,5,10,20,50
states=3

# The ten heavy atoms, at phi -80 and psi 75 degrees; GROMACS adds the hydrogens.
peptide() {
  cat <<'PDB'
ATOM      1  CH3 ACE A   1       0.000   0.000   0.000  1.00  0.00           C
ATOM      2  C   ACE A   1       1.522   0.000   0.000  1.00  0.00           C
ATOM      3  O   ACE A   1       2.168  -1.046   0.000  1.00  0.00           O
ATOM      4  N   ALA A   2       2.120   1.194   0.000  1.00  0.00           N
ATOM      5  CA  ALA A   2       3.563   1.328   0.000  1.00  0.00           C
ATOM      6  CB  ALA A   2       3.978   2.695  -0.551  1.00  0.00           C
ATOM      7  C   ALA A   2       4.106   1.129   1.408  1.00  0.00           C
ATOM      8  O   ALA A   2       4.497   2.074   2.089  1.00  0.00           O
ATOM      9  N   NME A   3       4.138  -0.125   1.865  1.00  0.00           N
ATOM     10  CH3 NME A   3       4.633  -0.445   3.188  1.00  0.00           C
END
PDB
}

# parameters SEED: Langevin dynamics in steps of 2 fs, a frame every 0.2 ps.
parameters() {
  cat <<MDP
integrator = sd
dt = 0.002
nsteps = $(quickly 5000000 40000)
nstxout-compressed = 100
nstenergy = 0
nstlog = 0
cutoff-scheme = Verlet
nstlist = 100
coulombtype = Cut-off
epsilon-r = 78.5
rcoulomb = 1.4
rvdw = 1.4
constraints = h-bonds
comm-mode = None
tc-grps = System
tau-t = 0.5
ref-t = 600
gen-vel = yes
gen-temp = 600
gen-seed = $1
ld-seed = $1
MDP
}

# quietly COMMAND...: runs a command of GROMACS, and shows what it said if it fails.
quietly() {
  gmx -quiet -nobackup "$@" >"$simulation/said.$BASHPID" 2>&1 || {
    tail -n 20 "$simulation/said.$BASHPID" >&2
    fail "gmx $1 failed" 5
  }
}

# simulate PART SEED: PART.xtc.
simulate() {
  parameters "$2" >"$simulation/$1.mdp"
  quietly grompp -f "$simulation/$1.mdp" -c "$simulation/box.gro" -p "$simulation/topol.top" \
    -o "$simulation/$1.tpr" -po "$simulation/$1.out.mdp" -maxwarn 1
  quietly mdrun -deffnm "$simulation/$1" -ntmpi 1 -ntomp 1 -pin off
}

make_trajectories() {
  if [[ -e $simulation/done ]]; then
    say "$simulation exists"
    return
  fi
  rm -rf "$simulation"
  mkdir -p "$simulation"
  peptide >"$simulation/peptide.pdb"
  quietly pdb2gmx -f "$simulation/peptide.pdb" -ff amber99sb-ildn -water none -o "$simulation/all.gro" \
    -p "$simulation/topol.top" -i "$simulation/posre.itp"
  quietly editconf -f "$simulation/all.gro" -o "$simulation/box.gro" -bt cubic -box 4
  simulate train 1 &
  local other=$!
  simulate test 2
  wait "$other"
  touch "$simulation/done"
}

# table FILE: the columns of numbers of an .xvg file but the first, as CSV.
table() { LC_ALL=C awk '!/^[#@]/ { for (i = 2; i <= NF; ++i) printf "%s%s", $i, i < NF ? "," : "\n" }' "$1"; }

# The positions of the heavy atoms, turned and moved onto those of the first frame, and the torsions.
make_data() {
  local part
  for part in train test; do
    printf 'Protein-H\nSystem\n' | quietly trjconv -s "$simulation/train.tpr" -f "$simulation/$part.xtc" \
      -fit rot+trans -o "$simulation/$part-fitted.xtc"
    printf 'Protein-H\n' | quietly traj -s "$simulation/train.tpr" -f "$simulation/$part-fitted.xtc" \
      -ox "$simulation/$part-positions.xvg"
    quietly rama -s "$simulation/train.tpr" -f "$simulation/$part.xtc" -o "$simulation/$part-torsions.xvg"
    table "$simulation/$part-positions.xvg" >"$simulation/$part.csv"
    launch/local.sh -n 1 import --x "$simulation/$part.csv" --header no --output "$data/dipeptide-$part.h5" \
      --overwrite
  done
}

analyse() {
  local run=$runs/states
  infomax markov --model "$run" --data "$test" --lag "$lag" --lags "$lags" --timescales 2 --json \
    >"$run/markov.json"
  infomax markov --model "$run" --data "$test" --lag "$lag" --lags "$lags" --timescales 2
  infomax encode --model "$run" --data "$test" --output "$run/memberships.npy" --overwrite
  infomax report "$run" --data "$test" --lags "$lags" --overwrite
}

compare() {
  /usr/bin/python3 launch/recipes/torsions.py --torsions "$simulation/test-torsions.xvg" --ps 0.2 \
    --markov "$runs/states/markov.json" --memberships "$runs/states/memberships.npy"
}

command -v gmx >/dev/null || [[ ${1:-} == -h || ${1:-} == --help ]] ||
  fail "GROMACS is missing; install it by: apt install gromacs" 5
begin dipeptide "$@"
/usr/bin/python3 -c 'import numpy' 2>/dev/null || fail "NumPy is missing; install it by: apt install python3-numpy" 5
prepare
simulation=$runs/simulation
train=$data/dipeptide-train.h5
test=$data/dipeptide-test.h5
timed "let GROMACS simulate" make_trajectories
timed "make data sets of positions" make_data
timed "train a VAMPnet" fit states 30 1000 --data "$train" --pair lag --lag "$lag" --objective vamp2 \
  --encoder "dense:64,relu,dense:64,relu,dense:$states,softmax" --learning-rate 0.003 --schedule cosine \
  --validation 0.1
timed "what it says of the other trajectory" analyse
timed "beside a Markov state model of the torsions" compare
where states
