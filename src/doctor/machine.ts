/** What a run of some devices needs of a machine, held against what there is. Pure: `machine-readings.ts` reads. */
import { type Finding, ok, problem, warning } from './finding.ts';

export interface Run {
  readonly devices: number;
  /** Of each device. */
  readonly updates: number;
  /** The stand-in runs on this machine too, and holds the other end of each connection. */
  readonly standIn: boolean;
}

/** Sockets that are no device's, logs, what Node itself holds open. */
const OTHER_FILES = 200;

/** Open files of one process with so many devices: each connection is one. */
export function filesWanted(devices: number): number {
  return devices + OTHER_FILES;
}

/** Local ports of one address to one port of a broker. */
export function portsIn({ first, last }: { readonly first: number; readonly last: number }): number {
  return last - first + 1;
}

/** `soft` and `hard`: of this process. Node has raised its own soft limit to the hard one when it started. */
export function openFiles(
  { devices }: Run,
  { soft, hard, container }: { readonly soft: number; readonly hard: number; readonly container: boolean },
): Finding {
  const wanted = filesWanted(devices);
  const limit = Math.min(soft, hard);
  const what = 'open files';
  if (limit >= wanted) return ok(what, `${shown(limit)} at most, ${wanted} wanted for ${devices} devices`);
  const mend = container
    ? `Start the container with a higher limit: docker run --ulimit nofile=${wanted}, or the default-ulimits of the daemon.`
    : `Raise it for this shell, as root: "ulimit -n ${wanted}"; for good: "* hard nofile ${wanted}" in /etc/security/limits.conf, or LimitNOFILE=${wanted} in the unit of systemd.`;
  return problem(
    what,
    `${shown(limit)} at most, and ${devices} devices want ${wanted}: a connection is an open file`,
    mend,
  );
}

/** The kernel's local ports: a connection to one address and port takes one. Undefined: they cannot be read here. */
export function localPorts(
  { devices }: Run,
  range: { readonly first: number; readonly last: number } | undefined,
): Finding {
  const what = 'local ports';
  if (range === undefined)
    return warning(what, 'how many there are cannot be read here', 'Look at "sysctl net.inet.ip.portrange".');
  const ports = portsIn(range);
  const detail = `${ports} (${range.first}–${range.last}) to each address of a broker, ${devices} wanted`;
  const mend =
    'Widen the range, as root: sysctl -w net.ipv4.ip_local_port_range="1024 65535"; connect from several addresses: --local-address; or split the fleet: --shard.';
  if (devices > ports) return problem(what, detail, mend);
  // Those of connections that were closed come back after a minute only.
  if (devices > ports / 2) return warning(what, `${detail}: a second run at once may find too few`, mend);
  return ok(what, detail);
}

/**
 * Peak resident memory (VmHWM) of runs over MQTT with TLS on Linux, Node 20, as `npm run bench:memory -- --devices
 * 100,1100,3000` says it: 227, 366 and 588 MB, and of their stand-in 137, 224 and 422 MB.
 */
const PROCESS_BYTES = 220e6;
const DEVICE_BYTES = 130e3;
const STAND_IN_BYTES = 130e6;
const STAND_IN_DEVICE_BYTES = 100e3;

/** Bytes, of all processes of the run on this machine. */
export function memoryWanted({ devices, standIn }: Run): number {
  const own = PROCESS_BYTES + devices * DEVICE_BYTES;
  return own + (standIn ? STAND_IN_BYTES + devices * STAND_IN_DEVICE_BYTES : 0);
}

/** `available`: bytes that can be had now, or what the container's limit leaves of them. */
export function memory(run: Run, available: number): Finding {
  const { standIn } = run;
  const wanted = memoryWanted(run);
  const detail = `${bytes(available)} free, about ${bytes(wanted)} wanted${standIn ? ', the stand-in included' : ''}`;
  const mend = 'End other programs, take a larger machine, or split the fleet over several: docs/many-machines.md.';
  if (available < wanted) return problem('memory', detail, mend);
  if (available < wanted * 1.5) return warning('memory', `${detail}: less than half as much again to spare`, mend);
  return ok('memory', detail);
}

export function cores({ standIn }: Run, count: number): Finding {
  const detail = `${count}, of which ${Math.max(1, count - 1)} send`;
  if (count > 1) return ok('cores', detail);
  const also = standIn ? ', and the stand-in has none of its own' : '';
  return warning('cores', `1: what sends and what watches share it${also}`, 'Take two or more for figures to rely on.');
}

/** `wanted` is the package's own `engines`. */
export function nodeVersion(version: string, wanted: string): Finding {
  const number = (text: string) =>
    text
      .replace(/^[^0-9]*/, '')
      .split('.')
      .map(Number);
  const [major = 0, minor = 0] = number(version);
  const [least = 0, leastMinor = 0] = number(wanted);
  if (major > least || (major === least && minor >= leastMinor)) return ok('Node', version);
  return problem(
    'Node',
    `${version}, and ${wanted} is wanted`,
    'Install a newer one: nodejs.org, or your package manager.',
  );
}

/** Bytes that an update leaves in a run's directory: a line in each of four logs, 563 together, and its part of a dataset. */
export const BYTES_PER_UPDATE = 700;

/** A device's line of the credential store: two PEM texts and four names. */
export const BYTES_PER_DEVICE = 3000;

export function diskSpace(
  where: string,
  { wanted, use }: { readonly wanted: number; readonly use: string },
  free: number | undefined,
): Finding {
  const what = `disk, ${where}`;
  const mend = 'Free some, or take another place: --out, SIMCTL_HOME.';
  if (free === undefined) return problem(what, 'it is not there, or cannot be read', 'Make it, or name another place.');
  const detail = `${bytes(free)} free, about ${bytes(wanted)} wanted for ${use}`;
  if (free < wanted) return problem(what, detail, mend);
  if (free < wanted * 2) return warning(what, detail, mend);
  return ok(what, detail);
}

export interface TerminalReading {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly utf8: boolean;
  /** Bits; 1: no colour. */
  readonly colourDepth: number;
}

/** What the screen of a run asks of it. */
export function terminal({ isTTY, columns, rows, utf8, colourDepth }: TerminalReading): Finding {
  const what = 'terminal';
  if (!isTTY) return ok(what, 'none: a run prints plain lines');
  const detail = `${columns} × ${rows}, ${colourDepth > 1 ? `${2 ** colourDepth} colours` : 'no colour'}, ${utf8 ? 'UTF-8' : 'not UTF-8'}`;
  if (!utf8)
    return warning(what, detail, 'Bars and lines will look wrong: set LANG to a UTF-8 locale, such as C.UTF-8.');
  if (columns < 80 || rows < 20) return warning(what, detail, 'The screen wants 80 × 20: make the window larger.');
  return ok(what, detail);
}

export interface Port {
  readonly port: number;
  readonly use: string;
  /** The error code of listening on it; undefined: it is free. */
  readonly taken?: string;
}

/** A port that "simctl local" wants by default; `run` takes whichever is free. */
export function port({ port: number, use, taken }: Port): Finding {
  const what = `port ${number}`;
  if (taken === undefined) return ok(what, `free, for ${use} of "simctl local"`);
  const why = taken === 'EACCES' ? 'may not be opened' : 'is taken';
  return warning(what, `${why} (${taken}); "simctl local" wants it for ${use}, "simctl run" does not`, mendOf(use));
}

const mendOf = (use: string) =>
  `End what holds it, or start "simctl local ${use === 'MQTT' ? '--mqtt-port' : '--http-port'} 0".`;

function shown(limit: number): string {
  return Number.isFinite(limit) ? String(limit) : 'unlimited';
}

/** `1.2 GB`. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
