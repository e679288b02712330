import { codeOf } from './errors.ts';

/** Whether a process of that id runs now; it may not be ours to signal. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}
