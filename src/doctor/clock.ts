import type { ClockOffset } from '../run/clock-offset.ts';
import { type Finding, ok, problem, warning } from './finding.ts';

/** Amazon's services refuse a signature that is five minutes off. */
const SIGNATURE_MS = 300_000;
/** Publish→store compares two machines' clocks. */
const FIGURE_MS = 50;

/** `remote`: the backend is on other machines, and its times are of other clocks. */
export function clock({ source, offsetMs = 0, withinMs }: ClockOffset, remote: boolean): Finding {
  if (withinMs === undefined) {
    const detail = 'how far it is off is unknown: no NTP client that runs here says';
    if (!remote) return ok('clock', `${detail}; a stand-in on this machine has the same`);
    return warning('clock', detail, 'Run chrony or systemd-timesyncd, so that publish→store can be trusted.');
  }
  const detail = `${offsetMs.toFixed(1)} ms off, ${withinMs.toFixed(1)} ms at most (${source})`;
  const mend = 'Let the NTP client set it: "chronyc makestep", or "systemctl restart systemd-timesyncd".';
  if (withinMs > SIGNATURE_MS) return problem('clock', `${detail}: AWS refuses what is signed so`, mend);
  if (remote && withinMs > FIGURE_MS) return warning('clock', `${detail}: publish→store is no truer than that`, mend);
  return ok('clock', detail);
}
