import { join } from "path";

/** Where a checkout keeps what. One place, so that `lab up` and `cdktf deploy` see the same state. */
export class Project {
  /** @param checkout the program's own folder, where that is another one: it holds what is the same for all projects */
  constructor(
    readonly folder: string,
    readonly checkout = folder,
  ) {}

  /** What the program remembers, and what set-up brought. */
  get memory(): string {
    return join(this.folder, ".lab");
  }

  /** cdktf's own choice. */
  get output(): string {
    return join(this.folder, "cdktf.out");
  }

  /** Which stacks there are, for the cdktf command. */
  get manifest(): string {
    return join(this.output, "manifest.json");
  }

  stack(lab: string): string {
    return join(this.output, "stacks", lab);
  }

  synthesized(lab: string): string {
    return join(this.stack(lab), "cdk.tf.json");
  }

  state(lab: string): string {
    return join(this.folder, `terraform.${lab}.tfstate`);
  }

  /** By what the stacks were synthesized last. */
  get synthesis(): string {
    return join(this.memory, "synthesized.json");
  }

  /** The records of the last run of a lab's checks. */
  records(lab: string): string {
    return join(this.memory, "records", `${lab}.json`);
  }

  /** How many of its steps a lab has behind it. */
  place(lab: string): string {
    return join(this.memory, "steps", `${lab}.json`);
  }

  /** The host's interfaces before a lab was created. */
  before(lab: string): string {
    return join(this.memory, "before", `${lab}.json`);
  }

  /** What a lab's throw-away engines are given: a folder for the socket of each, and images. */
  engines(lab: string): string {
    return join(this.memory, "engines", lab);
  }

  /** What is up on a lab's throw-away engine, for labs that run on one: a project in itself, which goes with the engine. */
  onEngines(lab: string): Project {
    return new Project(join(this.engines(lab), "project"), this.checkout);
  }

  /** The embedded provider, laid out as Terraform looks for providers. */
  get providers(): string {
    return join(this.checkout, ".lab/providers");
  }

  /** The fingerprint of the sources that dist/ was built from (bin/build.js). */
  get build(): string {
    return join(this.checkout, "dist/.sources");
  }

  /** The embedded provider as the build makes it: one file. */
  get bundle(): string {
    return join(this.checkout, "dist/terraform-provider");
  }
}
