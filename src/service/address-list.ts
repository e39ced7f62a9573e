import { BlockList } from 'node:net';

/** A list of addresses and of networks such as 10.0.0.0/24, to ask whether an address is in it. */
export function toAddressList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = '', prefix] = entry.split('/');
    if (prefix === undefined) list.addAddress(address);
    else list.addSubnet(address, Number(prefix));
  }
  return list;
}
