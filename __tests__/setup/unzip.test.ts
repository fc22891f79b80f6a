import { deflateRawSync } from "node:zlib";
import { unzip } from "../../lib/setup/unzip";

/** An archive as `zip` makes it, as far as reading it needs. */
function archive(entries: Readonly<Record<string, { content: string; deflated: boolean }>>, comment = ""): Buffer {
  const locals: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, { content, deflated }] of Object.entries(entries)) {
    const packed = deflated ? deflateRawSync(content) : Buffer.from(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(3, 28);
    const whole = Buffer.concat([local, Buffer.from(name), Buffer.from("xyz"), packed]);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(deflated ? 8 : 0, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(offset, 42);
    locals.push(whole);
    directory.push(entry, Buffer.from(name));
    offset += whole.length;
  }
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Object.keys(entries).length, 10);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, ...directory, end, Buffer.from(comment)]);
}

describe("unzip", () => {
  const release = archive(
    {
      "LICENSE.txt": { content: "a licence", deflated: false },
      terraform: { content: "a program ".repeat(99), deflated: true },
    },
    "a comment",
  );

  it("takes one file out, packed or not", () => {
    expect(unzip(release, "terraform").toString()).toBe("a program ".repeat(99));
    expect(unzip(release, "LICENSE.txt").toString()).toBe("a licence");
  });

  it("says what an archive lacks", () => {
    expect(() => unzip(release, "tofu")).toThrow("the archive holds no tofu");
    expect(() => unzip(Buffer.from("<html>"), "terraform")).toThrow("this is not a zip archive");
  });
});
