/** What Linux says of a process, from outside. */
import { readFileSync } from 'node:fs';

export interface ProcessStatus {
  /** MiB in memory. */
  readonly rss: number;
  /** MiB of it that is the program's own: heaps, stacks and buffers, without mapped files. */
  readonly own: number;
  /** User and system time so far, all threads. */
  readonly cpuSeconds: number;
}

/** Ticks of /proc's times; Linux has fixed it at 100 for programs. */
const TICKS = 100;

export function processStatus(pid: number): ProcessStatus {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return { rss: mib('VmRSS'), own: mib('RssAnon'), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS };
}
