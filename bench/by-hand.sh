#!/bin/sh
# The workshop on host mode as a person types it: by-hand.sh up | check | down. The variables come from bench/place.ts.
set -eu

check() {
  curl -4 -fsS --noproxy '*' "http://127.0.0.1:$BENCH_PORT/"
  ip addr show
  netstat -tulpn | grep ":$BENCH_PORT "
}

case $1 in
  up)
    docker run --rm --detach --name "$BENCH_NAME" --label "$BENCH_LABEL" --network host \
      --volume "$BENCH_SITE:/etc/nginx/conf.d/default.conf:ro" "$BENCH_IMAGE"
    deadline=$(($(date +%s) + 30))
    until curl -4 -fs --noproxy '*' --output /dev/null "http://127.0.0.1:$BENCH_PORT/"; do
      [ "$(date +%s)" -lt "$deadline" ]
    done
    check
    ;;
  check) check ;;
  down) docker stop "$BENCH_NAME" ;;
esac
