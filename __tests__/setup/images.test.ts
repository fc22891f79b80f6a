import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import type { EngineFacts } from "../../lib/setup/engine-facts";
import { RECIPE_LABEL, recipeVersion, versionOf } from "../../lib/setup/parts/image-recipe";
import { engineRecipe } from "../../lib/setup/parts/engine-recipe";
import {
  ENGINE_TAG,
  engineImage,
  imageNames,
  serverImage,
  SERVER_TAG,
  toolboxImage,
  TOOLBOX_TAG,
} from "../../lib/setup/parts/images";
import { fakeMachine, plain, removeFakes, type FakeMachine, type FakeOptions, type Script } from "./fake";

afterEach(removeFakes);

const ENGINE: EngineFacts = {
  host: "unix:///var/run/docker.sock",
  version: "20.10.24",
  operatingSystem: "Debian",
  storageDriver: "overlay2",
  cgroupVersion: "1",
  hasMirrors: false,
  hostMode: { possible: true },
};
const HUB = "https://registry-1.docker.io/v2/";
const DIGEST = "nginx@sha256:6784fb0834aa7dbbe12e3d7471e69c290df3e6ba810dc38b34ae33d3c1c05f7d";

type Store = Map<string, object>;
const withRecipe = (version: string): object => ({
  Id: `sha256:${version}`,
  Config: { Labels: { [RECIPE_LABEL]: version, "docker-network-labs.built-from": "nginx 1.22.1 from somewhere" } },
});
const official = { Id: "sha256:official", RepoDigests: [DIGEST], Config: { Labels: null } };

/** A server that answers, logs and stops. */
const goodServer: Script = (command) => {
  if (command.startsWith("docker exec")) return { stdout: "<h1>Welcome to nginx!</h1>" };
  if (command.startsWith("docker logs")) return { stdout: '127.0.0.1 - - "GET / HTTP/1.1" 200 615' };
  if (command.startsWith("docker inspect")) return { stdout: '{"ExitCode":0}' };
  return /^docker (run|stop|rm) /.test(command) ? {} : undefined;
};

function machineWith(store: Store, options: FakeOptions = {}): FakeMachine {
  const machine: FakeMachine = fakeMachine({
    engine: { image: async (name) => store.get(name) },
    ...options,
    script: (command, given) => {
      const tagged = /^docker tag (\S+) (\S+)$/.exec(command);
      if (tagged) store.set(String(tagged[2]), store.get(String(tagged[1])) ?? {});
      if (command.startsWith("docker pull nginx")) store.set(DIGEST, official);
      return options.script?.(command, given) ?? (/^docker (tag|pull) /.test(command) ? {} : goodServer(command));
    },
  });
  machine.put("var/tmp/.keep", "");
  machine.put("etc/os-release", 'VERSION_CODENAME=bookworm\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n');
  return machine;
}

const text = async (machine: FakeMachine, store: Store, part = serverImage): Promise<string> => {
  const outcome = await part(
    { ...machine.context, engine: () => ({ information: async () => ({}), image: async (name) => store.get(name) }) },
    ENGINE,
  );
  const remedy = outcome.verdict === "refused" && outcome.remedy !== undefined ? ` | ${outcome.remedy}` : "";
  return `${outcome.verdict}: ${plain(machine, outcome.detail)}${remedy}`;
};

describe("the server's image", () => {
  it("is found by its tag and the recipe's version, and nothing runs", async () => {
    const store: Store = new Map([[SERVER_TAG, withRecipe(recipeVersion)]]);
    const machine = machineWith(store);
    expect(await text(machine, store)).toBe(`found: ${SERVER_TAG}, nginx 1.22.1 from somewhere`);
    expect(machine.ran).toEqual([]);
  });

  it("is the official one, pulled by tag and digest and proved, where Docker Hub answers", async () => {
    const store: Store = new Map();
    const machine = machineWith(store, { statuses: { [HUB]: 401 } });
    expect(await text(machine, store)).toBe(`brought: ${SERVER_TAG}, the official nginx:1.27.5, pulled`);
    expect(machine.ran.slice(0, 3)).toEqual([
      `HTTP ${HUB}`,
      `docker pull nginx:1.27.5@${DIGEST.split("@")[1]}`,
      `docker tag ${DIGEST} ${SERVER_TAG}`,
    ]);
    machine.ran.length = 0;
    expect(await text(machine, store)).toBe(`found: ${SERVER_TAG}, the official nginx:1.27.5`);
    expect(machine.ran).toEqual([]);
  });

  it("is the official one without a question to anyone where the engine has it", async () => {
    const store: Store = new Map([[DIGEST, official]]);
    const machine = machineWith(store);
    expect(await text(machine, store)).toBe(`brought: ${SERVER_TAG}, the official nginx:1.27.5`);
    expect(machine.ran.some((command) => /HTTP|pull/.test(command))).toBe(false);
  });

  it("loses its tag when it does not do as a server should", async () => {
    const store: Store = new Map([[DIGEST, official]]);
    const machine = machineWith(store, {
      script: (command) => {
        if (command.startsWith("docker inspect")) return { stdout: '{"ExitCode":137}' };
        return command === `docker rmi ${SERVER_TAG}` ? {} : undefined;
      },
    });
    await expect(text(machine, store)).rejects.toThrow(`${SERVER_TAG} does not stop cleanly (exit 137)`);
    expect(machine.ran.at(-1)).toBe(`docker rmi ${SERVER_TAG}`);
    expect(machine.ran.at(-2)).toMatch(/^docker rm --force --volumes docker-network-labs-proof-/);
  });

  it.each<[string, FakeOptions, readonly string[], string]>([
    [
      "without root",
      { system: { userId: 1000 } },
      ["apt-get"],
      `refused: no image ${SERVER_TAG} | sudo node bin/lab.js setup`,
    ],
    [
      "where set-up only looks",
      { mayBring: false },
      ["apt-get"],
      `refused: no image ${SERVER_TAG} | node bin/lab.js setup`,
    ],
    [
      "without apt",
      {},
      [],
      `refused: no image ${SERVER_TAG}: Docker Hub does not answer, and this system has no apt to build one from Debian's packages | docker load --input <an archive that holds ${SERVER_TAG}>`,
    ],
  ])("is refused where no registry answers, %s", async (_, options, programs, expected) => {
    const store: Store = new Map();
    const machine = machineWith(store, options);
    machine.install(...programs);
    expect(await text(machine, store)).toBe(expected);
    expect(machine.ran).toEqual([`HTTP ${HUB}`]);
  });
});

describe("an image built from Debian's packages", () => {
  let dockerfile = "";
  let root = "";
  const seen: Record<string, string> = {};
  const sources =
    "Debian|http://mirror.example/debian/|bookworm|main\nDebian|http://mirror.example/debian/|bookworm|contrib\nSomeone|https://else.example/|stable|main\n";

  /** Stands in for every program that the build runs, and looks at what lies on the disk when the image is made. */
  function builder(machine: () => FakeMachine, store: Store): Script {
    return (command) => {
      if (command.startsWith("apt-get indextargets")) return { stdout: sources };
      if (command.startsWith("apt-config")) return { stdout: "PROXY='http://proxy.example:3128'\n" };
      if (command.endsWith("nginx -v")) return { stderr: "nginx version: nginx/1.22.1\n" };
      if (command.startsWith("tar ")) {
        root = join(machine().root, command.split(" ")[2] ?? "");
        for (const name of ["etc/nginx/nginx.conf", "etc/nginx/conf.d/default.conf", "docker-entrypoint.sh"])
          seen[name] = readFileSync(join(root, name), "utf8");
        seen["access.log"] = readlinkSync(join(root, "var/log/nginx/access.log"));
      }
      if (command.startsWith("docker build")) {
        dockerfile = readFileSync(join(machine().root, command.split(" ").at(-1) ?? "", "Dockerfile"), "utf8");
        for (const tag of [SERVER_TAG, TOOLBOX_TAG])
          if (command.includes(tag)) store.set(tag, withRecipe(recipeVersion));
      }
      return /^(apt-get|mmdebstrap|chroot|tar|docker build|docker rmi) ?/.test(command) ? {} : undefined;
    };
  }
  function building(store: Store): FakeMachine {
    const machine: FakeMachine = machineWith(store, { script: (command) => builder(() => machine, store)(command) });
    machine.install("apt-get");
    return machine;
  }

  it("serves as both images, after one build; a second run does nothing", async () => {
    const store: Store = new Map();
    const machine = building(store);
    expect(await text(machine, store)).toBe(`brought: ${SERVER_TAG}, built from Debian packages (0 s)`);
    expect(await text(machine, store, toolboxImage)).toBe(`found: ${TOOLBOX_TAG}, nginx 1.22.1 from somewhere`);
    machine.ran.length = 0;
    await text(machine, store);
    await text(machine, store, toolboxImage);
    expect(machine.ran).toEqual([]);
  });

  it("is made of this system's own sources, through its own proxy, and of no other vendor's", async () => {
    const store: Store = new Map();
    const machine = building(store);
    await text(machine, store);
    const command = machine.ran.find((one) => one.startsWith("mmdebstrap")) ?? "";
    expect(command).toMatch(
      /^mmdebstrap --variant=extract --mode=root --aptopt=Acquire::http::Proxy "http:\/\/proxy\.example:3128"; --include=nginx,\S+ bookworm \S+ deb http:\/\/mirror\.example\/debian\/ bookworm main contrib$/,
    );
    expect(machine.ran).toContain("apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=180 mmdebstrap");
  });

  it("behaves as the official one: paths, logs, command, stop signal; no exposed port; says what it is made of", async () => {
    const store: Store = new Map();
    await text(building(store), store);
    expect(dockerfile).toBe(
      [
        "FROM scratch",
        "ADD root.tar /",
        `LABEL docker-network-labs.recipe="${recipeVersion}"`,
        'LABEL docker-network-labs.built-from="nginx 1.22.1 from the packages of Debian"',
        "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "STOPSIGNAL SIGQUIT",
        'ENTRYPOINT ["/docker-entrypoint.sh"]',
        'CMD ["nginx", "-g", "daemon off;"]',
        "",
      ].join("\n"),
    );
    expect(seen["etc/nginx/nginx.conf"]).toContain("include /etc/nginx/conf.d/*.conf;");
    expect(seen["etc/nginx/conf.d/default.conf"]).toContain("root   /usr/share/nginx/html;");
    expect(seen["access.log"]).toBe("/dev/stdout");
    expect(seen["docker-entrypoint.sh"]).toContain('exec "$@"');
  });

  it("leaves no work folder behind, whether it succeeds or fails", async () => {
    const store: Store = new Map();
    const machine = building(store);
    await text(machine, store);
    expect(existsSync(root)).toBe(false);
    const failing: FakeMachine = machineWith(new Map(), {
      script: (command) =>
        command.startsWith("mmdebstrap")
          ? { exit: 1, stderr: "E: no space left" }
          : /^(apt|docker)/.test(command)
            ? {}
            : undefined,
    });
    failing.install("apt-get", "mmdebstrap");
    await expect(text(failing, new Map())).rejects.toThrow("E: no space left");
    expect(readdirSync(join(failing.root, "var/tmp"))).toEqual([".keep"]);
  });

  it("takes the place of one by an older recipe, which goes", async () => {
    const store: Store = new Map([[SERVER_TAG, withRecipe("old")]]);
    const machine = building(store);
    expect(await text(machine, store)).toMatch(/^brought/);
    expect(machine.ran).toContain("docker rmi sha256:old");
  });

  it("is not begun without the space it needs", async () => {
    const store: Store = new Map();
    const machine = building(store);
    const context = {
      ...machine.context,
      files: { ...machine.context.files, freeBytes: async () => 100 * 1024 * 1024 },
    };
    await expect(serverImage(context, ENGINE)).rejects.toThrow("has 100 MB left; building the image needs 600 MB");
  });

  it("is the toolbox alone where the server is the official one", async () => {
    const store: Store = new Map([[SERVER_TAG, official]]);
    const machine = building(store);
    expect(await text(machine, store, toolboxImage)).toBe(`brought: ${TOOLBOX_TAG}, built from Debian packages (0 s)`);
    expect(store.get(SERVER_TAG)).toBe(official);
  });
});

describe("the image of throw-away engines", () => {
  it("is found by its own recipe's version, and by no other", async () => {
    const store: Store = new Map([[ENGINE_TAG, withRecipe(versionOf(engineRecipe))]]);
    const machine = machineWith(store);
    expect(await text(machine, store, engineImage)).toBe(`found: ${ENGINE_TAG}, nginx 1.22.1 from somewhere`);
    store.set(ENGINE_TAG, withRecipe(recipeVersion));
    expect(await text(machine, store, engineImage)).toMatch(/^refused: no image docker-network-labs\/engine:local/);
  });

  it("is built from Debian's own Docker, and says so", async () => {
    const store: Store = new Map();
    let dockerfile = "";
    let entrypoint = "";
    const machine: FakeMachine = machineWith(store, {
      script: (command) => {
        if (command.endsWith("dockerd --version")) return { stdout: "Docker version 20.10.24+dfsg1, build 5d6db84\n" };
        if (command.startsWith("tar "))
          entrypoint = readFileSync(join(machine.root, command.split(" ")[2] ?? "", "engine-entrypoint.sh"), "utf8");
        if (command.startsWith("docker build"))
          dockerfile = readFileSync(join(machine.root, command.split(" ").at(-1) ?? "", "Dockerfile"), "utf8");
        return /^(apt-get|apt-config|mmdebstrap|chroot|tar|docker build) ?/.test(command) ? {} : undefined;
      },
    });
    machine.install("apt-get", "mmdebstrap");
    expect(await text(machine, store, engineImage)).toBe(`brought: ${ENGINE_TAG}, built from Debian packages (0 s)`);
    expect(machine.ran.find((one) => one.startsWith("mmdebstrap"))).toMatch(/--include=\S*docker\.io\S*/);
    expect(dockerfile).toContain('LABEL docker-network-labs.built-from="Docker 20.10.24 from the packages of Debian"');
    expect(dockerfile).toContain("VOLUME /var/lib/docker");
    expect(entrypoint).toContain("--host unix:///engine/docker.sock");
    expect(entrypoint).not.toContain("tcp://");
  });
});

describe("LAB_IMAGE", () => {
  const environment = (LAB_IMAGE: string): FakeOptions => ({ environment: { LAB_IMAGE } });

  it("names the server's image", () => {
    expect(imageNames({ LAB_IMAGE: "mine:1" })).toEqual({ server: "mine:1", toolbox: TOOLBOX_TAG });
    expect(imageNames({})).toEqual({ server: SERVER_TAG, toolbox: TOOLBOX_TAG });
  });

  it("is used where the engine has it", async () => {
    const store: Store = new Map([["mine:1", withRecipe("x")]]);
    expect(await text(machineWith(store, environment("mine:1")), store)).toBe("found: mine:1 (LAB_IMAGE)");
  });

  it("is pulled, or refused by name", async () => {
    const good = machineWith(new Map(), environment("nginx:1.25"));
    expect(await text(good, new Map())).toBe("brought: nginx:1.25, pulled (LAB_IMAGE)");
    const bad = machineWith(new Map(), {
      ...environment("nosuch:1"),
      script: () => ({ exit: 1, stderr: "pull access denied for nosuch" }),
    });
    expect(await text(bad, new Map())).toBe(
      "refused: LAB_IMAGE=nosuch:1: the engine has no such image, and it cannot be pulled\ndocker pull --quiet nosuch:1 failed (exit 1)\npull access denied for nosuch | unset LAB_IMAGE",
    );
    const looking = machineWith(new Map(), { ...environment("nosuch:1"), mayBring: false });
    expect(await text(looking, new Map())).toBe(
      "refused: LAB_IMAGE=nosuch:1: the engine has no such image | docker pull nosuch:1",
    );
  });

  it.each(["$(id)", "two words", "UPPER", "-rf", "a:b:c"])(
    "is refused when it is no image's name: %s",
    async (name) => {
      await expect(text(machineWith(new Map(), environment(name)), new Map())).rejects.toThrow(
        `LAB_IMAGE: "${name}" is not an image's name; one looks like: nginx:1.27.5`,
      );
    },
  );

  it.each(["nginx", "registry.example:5000/team/nginx:1.27-alpine", `nginx:1.27.5@sha256:${"0".repeat(64)}`])(
    "may be %s",
    async (name) => {
      const store: Store = new Map([[name, withRecipe("x")]]);
      expect(await text(machineWith(store, environment(name)), store)).toBe(`found: ${name} (LAB_IMAGE)`);
    },
  );
});
