import { LABS } from "../../lib/labs/catalogue";
import { Subnet } from "../../lib/topology/subnet";
import { synthesized } from "./synthesized";

interface Networks {
  readonly resource: { readonly docker_network?: Readonly<Record<string, unknown>> };
}

test("labs do not want each other's subnets on the real engine: all of them may be up at once", () => {
  const wanted = LABS.flatMap(({ id }) => {
    const { resource } = synthesized(id) as unknown as Networks;
    // Networks of another provider lie on an engine of the lab's own.
    const local = Object.values(resource.docker_network ?? {}).filter((one) => !("provider" in (one as object)));
    return [...JSON.stringify(local).matchAll(/"subnet":"([^"]+)"/g)].map(([, subnet = ""]) => ({
      lab: id,
      subnet: Subnet.parse(id, subnet),
    }));
  });
  expect(wanted.length).toBeGreaterThan(LABS.length / 2);
  const clashes = wanted.flatMap((one, index) =>
    wanted
      .slice(index + 1)
      .filter(({ subnet }) => subnet.overlaps(one.subnet))
      .map((other) => `${one.lab} ${one.subnet.toString()}, ${other.lab} ${other.subnet.toString()}`),
  );
  expect(clashes).toEqual([]);
});
