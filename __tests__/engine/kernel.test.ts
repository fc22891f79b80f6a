import { abilitiesIn, kernelAbilities, KERNEL_ABILITIES } from "../../lib/engine/kernel";

const OPTIONS = `CONFIG_DUMMY_CONSOLE=y
# CONFIG_DUMMY is not set
CONFIG_INET_ESPINTCP=n
CONFIG_INET_ESP=y
CONFIG_IPVLAN=m
CONFIG_IP_VS=m
CONFIG_MACVLAN=y
# CONFIG_VLAN_8021Q is not set
CONFIG_VXLAN=m
`;
const LOADED = "vxlan 155648 0 - Live 0x0000000000000000\n8021q 1 0\n";
const INSTALLED = "kernel/net/netfilter/ipvs/ip_vs.ko.xz: kernel/lib/libcrc32c.ko.xz\n";

test("what is built in, installed or loaded is there; a module that is not installed is not", () => {
  expect(abilitiesIn({ options: OPTIONS, loaded: LOADED, installed: INSTALLED })).toEqual({
    dummy: false,
    esp: true,
    ipvlan: false,
    ipvs: true,
    macvlan: true,
    vlan: true,
    vxlan: true,
  });
});

test("without the kernel's options only what is loaded is certain", () => {
  const abilities = abilitiesIn({ options: undefined, loaded: LOADED, installed: undefined });
  expect(KERNEL_ABILITIES.filter((name) => abilities[name] === true)).toEqual(["vlan", "vxlan"]);
  expect(KERNEL_ABILITIES.filter((name) => abilities[name] === false)).toEqual([]);
});

test("this machine's kernel can be read without harm", async () => {
  expect(Object.keys(await kernelAbilities("no-such-release"))).toEqual(KERNEL_ABILITIES);
});
