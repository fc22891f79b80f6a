/** Where each program looks for providers that are named without a host. */
export const REGISTRY = { terraform: "registry.terraform.io", tofu: "registry.opentofu.org" } as const;
