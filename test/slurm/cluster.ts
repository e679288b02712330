/** A Slurm of one node, on loopback, as this user: its own keys, sockets and directories. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, program } from '../support/simctl.ts';

export interface Cluster {
  /** One of Slurm's own commands, such as `sbatch`. */
  run(name: string, ...args: string[]): Promise<Ended>;
  /** What its daemons wrote. */
  logs(): Promise<string>;
  stop(): Promise<void>;
}

export async function hasSlurm(): Promise<boolean> {
  const found = await Promise.all(['slurmctld', 'slurmd'].map((name) => program(name, ['-V'])));
  return process.getuid?.() === 0 && found.every(({ code }) => code === 0);
}

/** @param cpus that its node claims to have, so that as many elements of an array run at once */
export async function cluster(cpus: number): Promise<Cluster> {
  const dir = await mkdtemp(join(tmpdir(), 'simctl-slurm-'));
  const file = (name: string) => join(dir, name);
  const [ctldPort, dPort] = await freePorts(2);
  const node = hostname().split('.')[0]!;
  for (const name of ['state', 'spool']) await mkdir(file(name));
  await writeFile(file('munge.key'), randomBytes(1024), { mode: 0o400 });
  await chmod(dir, 0o755);
  const conf = file('slurm.conf');
  await writeFile(
    conf,
    `ClusterName=simctl
SlurmctldHost=${node}(127.0.0.1)
SlurmctldPort=${ctldPort}
SlurmdPort=${dPort}
AuthType=auth/munge
AuthInfo=socket=${file('munge.socket')}
CredType=cred/munge
SlurmUser=root
StateSaveLocation=${file('state')}
SlurmdSpoolDir=${file('spool')}
SlurmctldPidFile=${file('slurmctld.pid')}
SlurmdPidFile=${file('slurmd.pid')}
SlurmctldLogFile=${file('slurmctld.log')}
SlurmdLogFile=${file('slurmd.log')}
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
SlurmdParameters=config_overrides
ReturnToService=2
NodeName=${node} NodeAddr=127.0.0.1 CPUs=${cpus} State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`,
  );
  const env = { ...process.env, SLURM_CONF: conf };
  const children: ChildProcess[] = [];
  const start = (name: string, ...args: string[]) => {
    const child = spawn(name, args, { env, stdio: 'ignore' });
    children.push(child);
  };
  const run = (name: string, ...args: string[]) => program(name, args, { SLURM_CONF: conf });
  const logs = async () =>
    (
      await Promise.all(
        ['slurmctld.log', 'slurmd.log', 'munge.log'].map((name) => readFile(file(name), 'utf8').catch(() => '')),
      )
    ).join('\n');
  const stop = async () => {
    // slurmd before the one it reports to, and munged, which both need, last.
    for (const child of children.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      await ended;
      clearTimeout(timer);
    }
    await rm(dir, { recursive: true, force: true });
  };
  const munge = [
    'key-file=munge.key',
    'socket=munge.socket',
    'pid-file=munge.pid',
    'log-file=munge.log',
    'seed-file=munge.seed',
  ];
  start('munged', '--foreground', '--force', ...munge.map((flag) => `--${flag.replace('=', `=${dir}/`)}`));
  start('slurmctld', '-D', '-f', conf);
  start('slurmd', '-D', '-f', conf, '-N', node);
  for (let tries = 0; ; tries++) {
    const { stdout, stderr } = await run('sinfo', '--noheader', '--format=%T');
    if (/^(idle|mixed)/.test(stdout)) return { run, logs, stop };
    if (tries > 120) {
      const said = `${stdout}${stderr}\n${await logs()}`;
      await stop();
      throw new Error(`Slurm does not come up:\n${said}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer();
      return new Promise<typeof server>((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
