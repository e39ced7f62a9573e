/**
 * Addresses that full DHCP mode gave, dotted. `client` is a MAC, or `id:` and a client identifier in
 * hexadecimal where there is none. From `endsAt` on the address is free, and the row tells who had it.
 */
export const leases = `
CREATE TABLE leases (
  address TEXT PRIMARY KEY,
  client TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('bound', 'released', 'declined')),
  startsAt INTEGER NOT NULL,
  endsAt INTEGER NOT NULL,
  hostName TEXT
) STRICT;
`;
