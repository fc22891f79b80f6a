import { proxyOf } from "../../lib/engine/daemon";

test.each([
  [["dockerd"], "", "on"],
  [["dockerd", "-H", "fd://"], "{}", "on"],
  [["dockerd", "--userland-proxy=false"], "", "off"],
  [["dockerd", "--userland-proxy"], "", "on"],
  [["dockerd", "--userland-proxy-path=/usr/bin/docker-proxy"], '{"userland-proxy": false}', "off"],
  [["dockerd"], '{"userland-proxy": true}', "on"],
  [["dockerd"], "not JSON", "on"],
  [["dockerd"], '{"userland-proxy": "no"}', "on"],
])("%j with %j: userland-proxy %s", (args, configuration, proxy) => {
  expect(proxyOf(args, configuration)).toBe(proxy);
});
