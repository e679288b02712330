// The Debian packages that some tests talk to: installed where that can be done, named where it cannot. Tests of what is
// absent skip, and say so.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const PACKAGES = {
  // Older AWS CLIs put tracking. before localhost; this resolves it.
  'libnss-myhostname': `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/libnss_myhostname.so.2`,
  mosquitto: '/usr/sbin/mosquitto',
  // A cluster of one node, and machines that are network namespaces.
  'slurm-wlm': '/usr/sbin/slurmctld',
  iproute2: '/usr/sbin/ip',
  'mosquitto-clients': '/usr/bin/mosquitto_pub',
  awscli: '/usr/bin/aws',
  // The dashboard on a real terminal.
  tmux: '/usr/bin/tmux',
  // The map page in a real browser.
  chromium: '/usr/bin/chromium',
  'python3-boto3': '/usr/lib/python3/dist-packages/boto3/__init__.py',
};
const missing = Object.entries(PACKAGES)
  .filter(([, file]) => !existsSync(file))
  .map(([name]) => name);

if (missing.length > 0) {
  const isRoot = process.getuid?.() === 0;
  const hasApt = spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (isRoot && hasApt) {
    console.log(`Installing ${missing.join(', ')} for the tests`);
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    try {
      execFileSync('apt-get', ['update', '-qq'], { stdio: 'inherit', env });
      execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env,
      });
    } catch (error) {
      console.log(`Could not install ${missing.join(', ')} (${error.message}); the tests that need them are skipped.`);
    }
  } else {
    console.log(`For all tests, install: ${missing.join(' ')} (on Debian: sudo apt-get install ${missing.join(' ')})`);
  }
}
