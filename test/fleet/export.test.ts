import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { openCredentialStore } from '../../src/fleet/credential-store.ts';
import { countedDevices, deviceIds, readDeviceList } from '../../src/fleet/device-list.ts';
import { exportDevice } from '../../src/fleet/export.ts';
import { listFleet, missingDevices } from '../../src/fleet/inventory.ts';
import type { Target } from '../../src/target.ts';

let dir: string;
let target: Target;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'simctl-export-'));
  target = {
    name: 'local',
    region: 'eu-west-1',
    mqttHost: 'localhost',
    mqttPort: 8883,
    caFile: join(dir, 'authority.pem'),
    credentialsDir: join(dir, 'credentials'),
    trackerPrefix: 't',
    trackerCount: 10,
  };
  writeFileSync(target.caFile!, 'AUTHORITY');
  const store = openCredentialStore(target.credentialsDir, { write: true });
  store.append({
    deviceId: 'SLE-7115',
    thingName: 'SLE-7115',
    certificateId: 'c1',
    certificateArn: 'arn',
    certificatePem: 'CERTIFICATE',
    privateKeyPem: 'KEY',
  });
  store.close();
  return () => rmSync(dir, { recursive: true, force: true });
});

describe('exportDevice', () => {
  it('writes what an MQTT client needs, the key for its owner alone, and shows how', async () => {
    const out = join(dir, "it's out");
    const { certFile, keyFile, caFile, example } = await exportDevice(target, 'SLE-7115', out);
    expect([certFile, keyFile, caFile].map((file) => readFileSync(file!, 'utf8'))).toEqual([
      'CERTIFICATE',
      'KEY',
      'AUTHORITY',
    ]);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect(example).toMatch(/^mosquitto_pub -h localhost -p 8883 --cafile '.*it'\\''s out\/ca\.pem'/);
    expect(example).toContain(`-i SLE-7115 -q 1 -t simUploadLocation/SLE-7115 -m '{"payload":{"deviceid":"SLE-7115"`);
  });

  it('does without an authority for AWS', async () => {
    const { caFile: _, ...aws } = target;
    expect(await exportDevice(aws, 'SLE-7115', dir)).toMatchObject({
      caFile: undefined,
      example: expect.stringContaining('--tls-use-os-certs'),
    });
  });

  it('closes a key file that was open to others', async () => {
    writeFileSync(join(dir, 'SLE-7115.key.pem'), 'old', { mode: 0o644 });
    const { keyFile } = await exportDevice(target, 'SLE-7115', dir);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
  });

  it('says what there is where the device is not', async () => {
    await expect(exportDevice(target, 'NOPE', dir)).rejects.toMatchObject({
      exitCode: 2,
      message: 'local has no device NOPE (1 others)',
    });
  });

  it('says where it cannot write', async () => {
    await expect(exportDevice(target, 'SLE-7115', target.caFile!)).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining('authority.pem'),
    });
  });
});

describe('the inventory', () => {
  it('lists what there is, and what is missing', () => {
    expect(listFleet(target)).toEqual([{ deviceId: 'SLE-7115', certificateId: 'c1' }]);
    expect(missingDevices(target, ['A', 'SLE-7115', 'A', 'B'])).toEqual(['A', 'B']);
  });
});

describe('device lists', () => {
  it('are read a line a device', async () => {
    const file = join(dir, 'ids');
    writeFileSync(file, '# couriers\nSLE-7115\r\n\n  MWT-0256 \n');
    expect(await readDeviceList(file)).toEqual(['SLE-7115', 'MWT-0256']);
  });

  it.each([
    ['a device twice', 'A\nB\nA\n', /ids:3: the device A is there already, on line 1/],
    ['a name that no thing can have', 'A\nbad id!\n', /ids:2: "bad id!" cannot be the name/],
    ['no device', '# none\n', /holds no device id/],
  ])('with %s are refused', async (_, text, message) => {
    const file = join(dir, 'ids');
    writeFileSync(file, text);
    await expect(readDeviceList(file)).rejects.toMatchObject({ exitCode: 2, message: expect.stringMatching(message) });
  });

  it('that are not there are refused', async () => {
    await expect(readDeviceList(join(dir, 'absent'))).rejects.toMatchObject({ exitCode: 2 });
  });

  it('are taken from probe files, each once', async () => {
    const probe = (id: string) =>
      `${JSON.stringify({ type: 'Feature', properties: { id, time: 1_640_772_129_000, status: 'traveling' }, geometry: { type: 'Point', coordinates: [-86.77, 36.12] } })}\n`;
    const files = ['1.ndjson', '2.ndjson'].map((name) => join(dir, name));
    writeFileSync(files[0]!, probe('SLE-7115') + probe('MWT-0256') + probe('SLE-7115'));
    writeFileSync(files[1]!, probe('MWT-0256') + probe('ILQ-6002'));
    expect(await deviceIds({ probes: files, prefix: 'DEV' })).toEqual(['SLE-7115', 'MWT-0256', 'ILQ-6002']);
    const csv = join(dir, 'fleet.csv');
    writeFileSync(csv, 'car,when,x,y\nA,1640772129000,-86.77,36.12\n');
    expect(await deviceIds({ probes: [csv], 'csv-columns': 'id=car,time=when,lon=x,lat=y', prefix: 'DEV' })).toEqual([
      'A',
    ]);
  });

  it('are counted with four digits or more', () => {
    expect(countedDevices(2, 'DEV')).toEqual(['DEV-0000', 'DEV-0001']);
    expect(countedDevices(10_001, 'D').at(-1)).toBe('D-10000');
  });
});
