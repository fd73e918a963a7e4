#!/bin/sh
# slim ENVIRONMENT: remove what no program needs at run time from the packages that are large because of it.
set -eu
cd "$1"/lib/python3*/site-packages
for package in numpy pandas pyarrow scipy sklearn; do
    [ -d "$package" ] || continue
    find "$package" -type d \( -name tests -o -name include \) -prune -exec rm -rf {} +
done
rm -rf pyspark/examples
