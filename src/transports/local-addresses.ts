/**
 * From which of several addresses of this machine each device connects: in turn, and the same at each reconnect. One
 * address has some 28,000 ports to one broker.
 */
export function addressInTurn(addresses: readonly string[] = []): (deviceId: string) => { localAddress?: string } {
  if (addresses.length === 0) return () => ({});
  const given = new Map<string, { localAddress: string }>();
  return (deviceId) => {
    const known = given.get(deviceId) ?? { localAddress: addresses[given.size % addresses.length]! };
    given.set(deviceId, known);
    return known;
  };
}
