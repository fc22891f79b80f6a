/** A Docker engine that containers and networks of a lab live on; its machine is what a lab calls a host. */
export class Engine {
  /** The one that Docker's own tools find: DOCKER_HOST, or the local socket. */
  static readonly local = new Engine("local");
  protected constructor(
    readonly name: string,
    /**
     * How one gets to it: the container of the local engine that it runs in, or the address of a remote one
     * (`ssh://user@host`, `tcp://host:port`); undefined for the local engine itself.
     */
    readonly container?: string,
  ) {}
}
