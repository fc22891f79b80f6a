/** The host lab in Terraform's own language, as one would write it without this project. */
export interface PlainLab {
  readonly name: string;
  readonly image: string;
  readonly port: number;
  readonly label: { readonly name: string; readonly value: string };
  /** nginx's configuration. */
  readonly site: string;
}

export function hostLabAsHcl({ name, image, port, label, site }: PlainLab): string {
  const curl = `curl -4 -fsS --noproxy '*' http://127.0.0.1:${String(port)}/`;
  const check = `timeout 30 sh -c "until ${curl}; do :; done"`;
  return `terraform {
  required_providers {
    docker = {
      source  = "kreuzwerker/docker"
      version = "3.6.2"
    }
    null = {
      source  = "hashicorp/null"
      version = "3.2.4"
    }
  }
}

resource "docker_image" "nginx" {
  name         = ${text(image)}
  keep_locally = true
}

resource "docker_container" "web" {
  name                  = ${text(name)}
  image                 = docker_image.nginx.image_id
  network_mode          = "host"
  destroy_grace_seconds = 5
  labels {
    label = ${text(label.name)}
    value = ${text(label.value)}
  }
  upload {
    file    = "/etc/nginx/conf.d/default.conf"
    content = ${text(site)}
  }
}

resource "null_resource" "check" {
  triggers = { container = docker_container.web.id }
  provisioner "local-exec" {
    command = ${text(check)}
  }
}
`;
}

/** Text as a quoted string of HCL, in which nothing is a template. */
function text(value: string): string {
  return JSON.stringify(value).replace(/([$%])\{/g, "$1$1{");
}
