#!/bin/sh
# Many servers on one bridge, all at once: many-by-hand.sh up ADDRESS… | down ADDRESS…. The variables come from bench/place.ts.
set -eu
verb=$1
shift

case $verb in
  up)
    docker network create --label "$BENCH_LABEL" --subnet "$BENCH_SUBNET" "$BENCH_NAME"
    for address in "$@"; do
      docker run --detach --name "$BENCH_NAME-$address" --label "$BENCH_LABEL" \
        --network "$BENCH_NAME" --ip "$address" "$BENCH_IMAGE" &
    done
    wait
    ;;
  down)
    for address in "$@"; do
      docker rm --force "$BENCH_NAME-$address" &
    done
    wait
    docker network rm "$BENCH_NAME"
    ;;
esac
