import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SetupError, UsageError } from '../../src/errors.ts';
import { checkConnectionRoom, checkRoom } from '../../src/run/connection-room.ts';
import { parseLocalAddresses } from '../../src/run/local-address.ts';

function lackOf(devices: number, room: Parameters<typeof checkRoom>[1]): SetupError {
  try {
    checkRoom(devices, room);
  } catch (error) {
    return error as SetupError;
  }
  throw new Error('there was room');
}

describe('the room for connections', () => {
  it.each([
    [800, { openFiles: 1000, ports: 28_232, addresses: 1 }],
    [28_232, { openFiles: 100_000, ports: 28_232, addresses: 1 }],
    [28_233, { openFiles: 100_000, ports: 28_232, addresses: 2 }],
    [90_000, { openFiles: Number.POSITIVE_INFINITY, ports: undefined, addresses: 1 }],
  ])('is enough for %i devices with %j', (devices, room) => {
    expect(() => checkRoom(devices, room)).not.toThrow();
  });

  it('lacks open files', () => {
    const error = lackOf(801, { openFiles: 1000, ports: 28_232, addresses: 1 });
    expect(error).toBeInstanceOf(SetupError);
    expect(error.message).toMatch(/801 devices .* 1001 are wanted, and this process may have 1000$/);
    expect(error.hint).toMatch(/^Raise the limit \("ulimit -n 1001".*--shard\)\.$/);
  });

  it('lacks ports, of one address or of several', () => {
    const room = { openFiles: 1_000_000, ports: 28_232, addresses: 1 };
    expect(lackOf(100_000, room).message).toMatch(/one address has 28232 to one broker$/);
    expect(lackOf(100_000, room).hint).toMatch(/^Connect from 4 addresses or more .*--local-address/);
    expect(lackOf(100_000, { ...room, addresses: 3 }).message).toMatch(/3 addresses have 84696/);
  });

  it('says both at once', () => {
    const error = lackOf(50_000, { openFiles: 20_000, ports: 28_232, addresses: 1 });
    expect(error.message).toMatch(/open file.*; each connection is a local port/);
    expect(error.hint).toMatch(/ulimit -n 50200.*2 addresses.*--shard/);
  });

  it('is looked at on this machine, for transports that keep connections', async () => {
    const many = 100_000_000;
    await expect(checkConnectionRoom({ transport: 'mqtt' }, many)).rejects.toThrow(SetupError);
    await expect(checkConnectionRoom({ transport: 'iot' }, 10)).resolves.toBeUndefined();
    await expect(checkConnectionRoom({ transport: 'tracker' }, many)).resolves.toBeUndefined();
  });

  it('is not at an address of another machine', async () => {
    // TEST-NET-1: nobody's (RFC 5737).
    const elsewhere = { transport: 'mqtt', localAddresses: ['192.0.2.1'] } as const;
    await expect(checkConnectionRoom(elsewhere, 1)).rejects.toThrow(/192\.0\.2\.1 is no address of this machine/);
  });

  it.skipIf(!existsSync('/proc/net'))('is at every loopback address (Linux)', async () => {
    const here = { transport: 'mqtt', localAddresses: ['127.0.0.1', '127.0.0.2'] } as const;
    await expect(checkConnectionRoom(here, 1)).resolves.toBeUndefined();
  });
});

describe('--local-address', () => {
  const parse = (texts: string[], transport = 'mqtt', client = 'lean') =>
    parseLocalAddresses({ 'local-address': texts, transport, client } as Parameters<typeof parseLocalAddresses>[0]);

  it('may be said several times, and hold several', () => {
    expect(parse(['127.0.0.2, 127.0.0.3', '::1'])).toEqual(['127.0.0.2', '127.0.0.3', '::1']);
    expect(parse([], 'tracker')).toEqual([]);
  });

  it.each([
    [['localhost'], 'mqtt', 'lean', /got "localhost"/],
    [['127.0.0.1,'], 'mqtt', 'lean', /got ""/],
    [['127.0.0.1'], 'tracker', 'lean', /--transport tracker has none/],
    [['127.0.0.1'], 'iot', 'mqttjs', /goes with --client lean/],
  ])('%j over %s by %s is refused', (texts, transport, client, message) => {
    expect(() => parse(texts, transport, client)).toThrow(UsageError);
    expect(() => parse(texts, transport, client)).toThrow(message);
  });
});
