import { Engine } from "../../topology/engine";
import { HOST, type Vantage } from "../vantage";
import { type InEngine, on } from "./place";

/** An engine's machine as the place to look from. @param engine @default the local one */
export const host = (engine: Engine = Engine.local): Vantage => ({ ...HOST, ...on(engine) });

/** A server's network namespace, with the host's tools. */
export const namespaceOf = (place: InEngine): Vantage => ({
  kind: "namespace",
  container: place.container,
  ...on(place.engine),
});

/** Inside a server's container, with its own resolver and its own tools. */
export const inside = (place: InEngine): Vantage => ({
  kind: "container",
  container: place.container,
  ...on(place.engine),
});
