#!/usr/bin/env python3
"""Packs the communes of France into communes.csv, which is compiled into the program.

    npm pack @etalab/decoupage-administratif && tar xzf etalab-decoupage-administratif-*.tgz
    python3 src/understanding/communes/pack.py package/data/communes.json > src/understanding/communes/communes.csv
    cargo test --lib write_the_index -- --ignored

The data are of INSEE and La Poste, under the Licence Ouverte 2.0 (Etalab). A line is a commune: its name, its INSEE code,
its postcodes, and `*` where twenty thousand people live or more: those are recognised without a capital letter.
"""

import json
import sys

LARGE = 20_000

with open(sys.argv[1], encoding="utf-8") as file:
    communes = [commune for commune in json.load(file) if commune["type"] == "commune-actuelle"]

for commune in sorted(communes, key=lambda commune: commune["code"]):
    postcodes = " ".join(commune.get("codesPostaux", []))
    large = ";*" if commune.get("population", 0) >= LARGE else ""
    print(f"{commune['nom']};{commune['code']};{postcodes}{large}")
