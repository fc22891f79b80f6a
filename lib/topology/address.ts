import { Refusal } from "./refusal";
import { isAddress, type Subnet } from "./subnet";

/**
 * @param taken addresses in the subnet that are not proposed
 * @throws Refusal when a machine in the subnet cannot have the address
 */
export function checkedAddress(property: string, address: string, subnet: Subnet, taken: readonly string[]): string {
  const refuse = (problem: string): never => {
    throw new Refusal(property, problem, subnet.freeAddress(taken));
  };
  if (!isAddress(address)) refuse(`${JSON.stringify(address)} is not an IPv4 address; one is four numbers up to 255`);
  if (!subnet.contains(address)) {
    refuse(`${address} lies outside ${subnet.toString()}; an address lies in its network's subnet`);
  }
  if (subnet.isReserved(address)) {
    refuse(
      `${address} is reserved in ${subnet.toString()}; the first address names the network, the last is broadcast`,
    );
  }
  return address;
}
