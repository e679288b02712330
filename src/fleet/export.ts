import { chmod, copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, SetupError, UsageError } from '../errors.ts';
import { makeDirectory } from '../make-directory.ts';
import type { Target } from '../target.ts';
import { topicOf } from '../wire.ts';
import { openCredentialStore } from './credential-store.ts';

export interface Exported {
  readonly certFile: string;
  readonly keyFile: string;
  /** Absent: the system's authorities hold (AWS). */
  readonly caFile: string | undefined;
  /** A shell line that publishes as the device. */
  readonly example: string;
}

/**
 * Writes a device's certificate, key (for its owner alone) and the authority's certificate into `outDir`, for any MQTT client.
 * @throws UsageError where the target has no such device, SetupError where the files cannot be written.
 */
export async function exportDevice(target: Target, deviceId: string, outDir: string): Promise<Exported> {
  const store = openCredentialStore(target.credentialsDir);
  const credentials = store.get(deviceId);
  const { size } = store;
  store.close();
  if (!credentials) {
    throw new UsageError(`${target.name} has no device ${deviceId} (${size} others)`, {
      hint: '"simctl fleet list" shows those that there are; "simctl provision" makes more.',
    });
  }
  const certFile = join(outDir, `${deviceId}.cert.pem`);
  const keyFile = join(outDir, `${deviceId}.key.pem`);
  const caFile = target.caFile === undefined ? undefined : join(outDir, 'ca.pem');
  makeDirectory(outDir, { hint: 'Choose another with --out.' });
  try {
    await writeFile(certFile, credentials.certificatePem);
    await writeFile(keyFile, credentials.privateKeyPem, { mode: 0o600 });
    await chmod(keyFile, 0o600);
    if (target.caFile !== undefined && caFile !== undefined) await copyFile(target.caFile, caFile);
  } catch (error) {
    throw new SetupError(`cannot write the credentials of ${deviceId} into ${outDir}: ${messageOf(error)}`, {
      cause: error,
      hint: 'Free some space, or choose another directory with --out.',
    });
  }
  return {
    certFile,
    keyFile,
    caFile,
    example: exampleLine(target, credentials.thingName, { certFile, keyFile, caFile }),
  };
}

function exampleLine(target: Target, thingName: string, files: Omit<Exported, 'example'>): string {
  const message = {
    payload: {
      deviceid: thingName,
      timestamp: Math.round(Date.now() / 1000),
      location: { lat: 21.3069, long: -157.8583 },
    },
  };
  return [
    'mosquitto_pub',
    `-h ${target.mqttHost} -p ${target.mqttPort}`,
    files.caFile === undefined ? '--tls-use-os-certs' : `--cafile ${quoted(files.caFile)}`,
    `--cert ${quoted(files.certFile)} --key ${quoted(files.keyFile)}`,
    `-i ${thingName} -q 1 -t ${topicOf(thingName)}`,
    `-m ${quoted(JSON.stringify(message))}`,
  ].join(' ');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w./:-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
