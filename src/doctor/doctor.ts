/** Looks at all that a run of some size wants of this machine, and says what is missing and how to mend it. */
import { availableParallelism } from 'node:os';
import { isSimctlError, UsageError } from '../errors.ts';
import { homeDir } from '../home.ts';
import { readClockOffset } from '../run/clock-offset.ts';
import type { Target } from '../target.ts';
import { readTarget } from '../target-file.ts';
import { certificates, readCertificates } from './certificates.ts';
import { clock } from './clock.ts';
import { credentials, readCredentials, region } from './credentials.ts';
import { type Finding, problem } from './finding.ts';
import {
  BYTES_PER_DEVICE,
  BYTES_PER_UPDATE,
  cores,
  diskSpace,
  localPorts,
  memory,
  nodeVersion,
  openFiles,
  port,
  type Run,
  terminal,
} from './machine.ts';
import {
  readDiskSpace,
  readLocalPorts,
  readMemory,
  readOpenFiles,
  readPort,
  readTerminal,
} from './machine-readings.ts';
import { doorsOf, reach } from './reach.ts';

export interface DoctorOptions {
  readonly devices: number;
  /** Of each device. */
  readonly updates: number;
  /** `local`: a stand-in that a run starts by itself. */
  readonly target: string;
  readonly stack: string | undefined;
  /** Where runs are written. */
  readonly out: string;
  /** The version of Node that the package wants. */
  readonly engines: string;
}

/**
 * In the order in which they are to be read; what cannot be looked at is a finding.
 * @throws UsageError where the target is none
 */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
  const { devices, updates, target: flag, stack, out, engines } = options;
  const run: Run = { devices, updates, standIn: flag === 'local' };
  const now = Date.now();
  const onAws = flag === 'aws';
  const need = { needed: onAws, region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION, now };
  const [ports, free, offset, found, home, here, http, mqtt] = await Promise.all([
    readLocalPorts(),
    readMemory(),
    readClockOffset(),
    readCredentials(onAws),
    readDiskSpace(homeDir()),
    readDiskSpace(out),
    readPort(4580),
    readPort(8883),
  ]);
  const logs = { wanted: devices * updates * BYTES_PER_UPDATE, use: `the logs of ${devices * updates} updates` };
  const keys = { wanted: devices * BYTES_PER_DEVICE, use: `the certificates of ${devices} devices` };
  return [
    nodeVersion(process.version, engines),
    cores(run, availableParallelism()),
    memory(run, free),
    openFiles(run, readOpenFiles()),
    localPorts(run, ports),
    diskSpace('--out', logs, here),
    diskSpace('SIMCTL_HOME', keys, home),
    ...(run.standIn
      ? [port({ port: 4580, use: 'HTTP', ...taken(http) }), port({ port: 8883, use: 'MQTT', ...taken(mqtt) })]
      : []),
    clock(offset, onAws),
    terminal(readTerminal(process.stdout, process.env)),
    credentials(found, need),
    ...(onAws ? region(need) : []),
    ...(run.standIn && stack === undefined ? [] : await examineTarget(flag, stack, { devices, now })),
  ];
}

const taken = (code: string | undefined) => (code === undefined ? {} : { taken: code });

async function examineTarget(
  flag: string,
  stack: string | undefined,
  { devices, now }: { readonly devices: number; readonly now: number },
): Promise<Finding[]> {
  let target: Target;
  try {
    target = await readTarget(flag, stack);
  } catch (error) {
    // A flag that is wrong is no finding.
    if (!isSimctlError(error) || error instanceof UsageError) throw error;
    return [problem(`target ${flag}`, error.message, error.hint ?? 'Look at --target.')];
  }
  const reached = await Promise.all((await doorsOf(target)).map((door) => reach(door)));
  const where = `--target ${flag}${stack === undefined ? '' : ` --stack ${stack}`}`;
  const provision = `simctl provision ${where} --dataset DIR`;
  try {
    return [...reached, ...certificates(readCertificates(target.credentialsDir), { devices, now, provision })];
  } catch (error) {
    if (!isSimctlError(error)) throw error;
    return [...reached, problem('device certificates', error.message, error.hint ?? provision)];
  }
}
