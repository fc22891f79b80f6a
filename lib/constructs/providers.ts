/*
 * The only place that names the provider bindings, so that a change of their scope or of cdktf's name touches one file.
 * Deep imports: the package's index loads every resource that the provider has.
 */
export { DockerProvider } from "@cdktf/provider-docker/lib/provider";
export { Container, type ContainerConfig } from "@cdktf/provider-docker/lib/container";
export { Image } from "@cdktf/provider-docker/lib/image";
export { Network, type NetworkConfig } from "@cdktf/provider-docker/lib/network";
export { Volume } from "@cdktf/provider-docker/lib/volume";
export { NullProvider } from "@cdktf/provider-null/lib/provider";
export { Resource as NullResource } from "@cdktf/provider-null/lib/resource";
