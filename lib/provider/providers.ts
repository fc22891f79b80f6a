import { dockerProvider } from "./docker/provider";
import { nullProvider } from "./null/provider";
import type { ConnectionHandler } from "./protocol/grpc";
import { ProviderConnection } from "./server";

/** A provider as everything around the protocol sees it: a name, a version, and something that answers. */
export interface Servable {
  source: string;
  version: string;
  /** `docker`, as in `terraform-provider-docker`. */
  type: string;
  /** @param folder where Terraform runs, if that is known */
  open(folder?: string): ConnectionHandler & { settled(): Promise<void> };
}

export const PROVIDERS: readonly Servable[] = [
  {
    source: dockerProvider.source,
    version: dockerProvider.version,
    type: "docker",
    open: (folder) => new ProviderConnection(dockerProvider, folder),
  },
  {
    source: nullProvider.source,
    version: nullProvider.version,
    type: "null",
    open: (folder) => new ProviderConnection(nullProvider, folder),
  },
];
